"""What plain words are taken to mean."""

import pytest

from conversations.cases.claim import Reason, Remedy
from conversations.understanding import Lexicon, Wish, asks_where_it_stands, fold, is_heated, mentioned, wish

ENGLISH = Lexicon(
    remedies={Remedy.REFUND: ("refund", "money back"), Remedy.EXCHANGE: ("replace",)},
    reasons={Reason.DAMAGED: ("broken",), Reason.PARTS_MISSING: ("part+missing", "missing part")},
    harsh=("idiot",),
    status=("where is my case",),
)
CHINESE = Lexicon(reasons={Reason.DAMAGED: ("碎了",)}, harsh=("骗子",))
ARABIC = Lexicon(remedies={Remedy.REFUND: ("استرداد", "فلوسي"), Remedy.RETURN: ("مرتجعة",)})
VIETNAMESE = Lexicon(
    remedies={Remedy.REFUND: ("hoàn tiền", "đền tiền")}, reasons={Reason.NOT_AS_DESCRIBED: ("hàng giả.", "túi+giả.")}
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("It is BROKEN, I want my money back", Wish(Remedy.REFUND, Reason.DAMAGED)),
        ("please replace it", Wish(Remedy.EXCHANGE, None)),
        ("two parts are missing here", Wish(None, Reason.PARTS_MISSING)),
        ("what is missing?", None),
        ("irreplaceable", None),
        ("收到就碎了", Wish(None, Reason.DAMAGED)),
        ("أريد الاسترداد", Wish(Remedy.REFUND, None)),
        ("toi muon hoan tien", Wish(Remedy.REFUND, None)),
        ("Đền tiền cho tôi", Wish(Remedy.REFUND, None)),
        ("đây là hàng giả, shop ơi", Wish(None, Reason.NOT_AS_DESCRIBED)),
        ("hàng giao chậm", None),
        ("cái túi này giả", Wish(None, Reason.NOT_AS_DESCRIBED)),
        ("cái túi này giao chậm", None),
        ("رجعوا فلـوسى", Wish(Remedy.REFUND, None)),
        ("السلعه مرتجعه", Wish(Remedy.RETURN, None)),
        ("", None),
        ("hello", None),
    ],
)
def test_a_wish_is_read_from_words(text, meant):
    assert wish(text, (ENGLISH, CHINESE, ARABIC, VIETNAMESE)) == meant


def test_the_first_lexicon_that_knows_anything_decides():
    other = Lexicon(remedies={Remedy.RETURN: ("broken",)})

    assert wish("broken", (other, ENGLISH)) == Wish(Remedy.RETURN, None)
    assert wish("broken", (ENGLISH, other)) == Wish(None, Reason.DAMAGED)


def test_what_is_named_by_more_letters_wins():
    lexicon = Lexicon(reasons={Reason.FAULTY: ("not",), Reason.NOT_ARRIVED: ("not arrived",)})

    assert wish("it has not arrived", (lexicon,)) == Wish(None, Reason.NOT_ARRIVED)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Where is my case?", True),
        ("where is my case " + "x" * 80, False),
        ("my case is that it broke", False),
    ],
)
def test_only_a_short_question_asks_where_it_stands(text, asks):
    assert asks_where_it_stands(text, (ENGLISH,)) is asks


@pytest.mark.parametrize(
    ("text", "heated"),
    [
        ("you idiot", True),
        ("你们是骗子", True),
        ("ANSWER ME RIGHT NOW", True),
        ("answer me!!!", True),
        ("为什么？？？", True),
        ("My order ABC-123-XYZ has not come", False),
        ("OK THANKS", False),
        ("Thank you! Really?", False),
        ("退款什么时候到账，我已经等了两个星期了请尽快处理", False),
        ("", False),
    ],
)
def test_shouting_and_insults_are_heated(text, heated):
    assert is_heated(text, (ENGLISH, CHINESE)) is heated


@pytest.mark.parametrize(
    ("text", "titles", "found"),
    [
        ("the teapot leaks", ("Blue mug", "Glass teapot"), (1,)),
        ("both the mug and the teapot", ("Blue mug", "Glass teapot"), ()),
        ("it leaks", ("Blue mug", "Glass teapot"), ()),
        ("the pot to go", ("A cup to go", "A pot to go"), (1,)),
        ("blue is nice", ("Blue mug", "Blue plate"), ()),
        ("茶壶漏水", ("玻璃茶壶", "蓝色马克杯"), (0,)),
        ("anything", (), ()),
    ],
)
def test_things_are_named_by_words_that_tell_them_apart(text, titles, found):
    assert mentioned(text, titles) == found


def test_folding_forgets_case_accents_widths_and_spaces():
    assert fold("  İstanbul\nÉTÉ  ＡＢＣ it’s ") == "istanbul ete abc it's"
