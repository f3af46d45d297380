from datetime import UTC, datetime

import pytest

from bot.screens import Button, Entity, Screen, render, speaker_line
from conversations.cases.evidence import File, FileKind
from conversations.cases.money import Money
from conversations.messages import (
    Card,
    Choice,
    Copies,
    Correction,
    Exhibits,
    Notice,
    Panel,
    Picture,
    Question,
    Report,
    Section,
    Speech,
    Style,
    Toast,
)
from conversations.phrase import Phrase
from locales import plain

DUE = datetime(2025, 12, 5, 16, tzinfo=UTC)


def shown(screen):
    """Each entity with the text it lies on, found the way Telegram finds it: in UTF-16."""
    units = screen.text.encode("utf-16-le")
    return [(e.type, units[e.offset * 2 : (e.offset + e.length) * 2].decode("utf-16-le")) for e in screen.entities]


def a_card(**changes):
    values = {
        "ref": "A7K-Q2M",
        "title": Phrase("Case {ref} · {item}", ref="A7K-Q2M", item="🫖 茶壶"),
        "state": Phrase("Waiting for the seller's answer"),
        "turn": Phrase("It is the seller's turn."),
        "due_at": DUE,
        "default": Phrase("an arbitrator is called"),
        "sections": (
            Section(
                heading=Phrase("Your claim"),
                lines=(Phrase("Paid for these items: {amount}", amount=Money(1990, "USD")),),
            ),
        ),
        "choices": ((Choice(Phrase("Withdraw the claim"), "m:withdraw", Style.DANGER),), ()),
    }
    return Card(**{**values, **changes})


def test_card_in_english():
    screen = render(a_card(), "en-GB")

    assert screen.text == (
        "Case \u2068A7K-Q2M\u2069 · \u2068🫖 茶壶\u2069\n"
        "Waiting for the seller's answer\n\n"
        "It is the seller's turn.\n"
        "Until Fri, Dec 5, 2025, 4:00\u202fPM UTC; otherwise an arbitrator is called.\n\n"
        "Your claim\n"
        "Paid for these items: US$19.90"
    )
    assert shown(screen) == [
        ("bold", "Case \u2068"),
        ("code", "A7K-Q2M"),
        ("bold", "\u2069 · \u2068🫖 茶壶\u2069"),
        ("bold", "Waiting for the seller's answer"),
        ("date_time", "Fri, Dec 5, 2025, 4:00\u202fPM UTC"),
        ("bold", "Your claim"),
    ]
    assert screen.entities[4] == Entity("date_time", 89, 29, int(DUE.timestamp()), "wDt")
    assert screen.buttons == ((Button("Withdraw the claim", "m:withdraw", "danger"),),)


def test_card_in_chinese():
    screen = render(a_card(), "zh-hans")

    assert screen.text == (
        "案件 \u2068A7K-Q2M\u2069 · \u2068🫖 茶壶\u2069\n"
        "等待商家答复\n\n"
        "请等待商家处理。\n"
        "截止时间：2025年12月5日周五 16:00 UTC；逾期未处理，将转交仲裁员处理。\n\n"
        "您的申请\n"
        "这些商品的实付金额：US$19.90"
    )
    assert shown(screen)[4:] == [("date_time", "2025年12月5日周五 16:00 UTC"), ("bold", "您的申请")]
    assert screen.buttons == ((Button("撤销申请", "m:withdraw", "danger"),),)


def test_card_names_its_reference_when_the_title_does_not():
    screen = render(a_card(title=Phrase("Your claim"), turn=None, due_at=None, default=None, sections=()), "en")

    assert screen.text == "Your claim\nCase A7K-Q2M · Waiting for the seller's answer"
    assert shown(screen) == [
        ("bold", "Your claim"),
        ("code", "A7K-Q2M"),
        ("bold", "Waiting for the seller's answer"),
    ]


def test_card_with_a_time_but_no_default_says_only_the_time():
    assert "\nUntil Fri, Dec 5, 2025, 4:00\u202fPM UTC.\n" in render(a_card(default=None), "en").text


def test_notice_has_its_title_in_bold_and_a_paragraph_for_each_line():
    notice = Notice(
        title=Phrase("Case {ref}", ref="X"),
        lines=(Phrase("The case is back in the queue."), Phrase("A reminder was sent: the time ends {due}.", due=DUE)),
        choices=((Choice(Phrase("Show the case"), "c:X"),),),
    )

    screen = render(notice, "en")

    assert screen == Screen(
        "Case \u2068X\u2069\nThe case is back in the queue.\n\n"
        "A reminder was sent: the time ends Fri, Dec 5, 2025, 4:00\u202fPM UTC.",
        (Entity("bold", 0, 8), Entity("date_time", 76, 29, int(DUE.timestamp()), "wDt")),
        ((Button("Show the case", "c:X"),),),
    )
    assert screen.without("date_time").entities == (Entity("bold", 0, 8),)
    assert render(notice, "zh").text.startswith("案件 \u2068X\u2069\n案件已退回待处理队列。\n\n")


def test_list_has_its_lines_one_under_the_other():
    notice = Notice(lines=(Phrase("Settled"), Phrase("Closed")), is_list=True)

    assert render(notice, "en") == Screen("Settled\nClosed")


def test_question_says_first_what_was_wrong_then_asks():
    question = Question(
        prompt=Phrase("Please show what happened"),
        lines=(Phrase("What would you like?"),),
        notes=(Phrase("The whole item"), Phrase("The damage from close by")),
        complaint=Phrase("Please write it as a message."),
        choices=((Choice(Phrase("‹ Back"), "b"), Choice(Phrase("Cancel"), "x")),),
    )

    screen = render(question, "en")

    assert screen.text == (
        "Please write it as a message.\n\nPlease show what happened\nWhat would you like?\n\n"
        "• The whole item\n• The damage from close by"
    )
    assert shown(screen) == [("bold", "Please show what happened")]
    assert render(question, "zh").buttons == ((Button("‹ 返回", "b"), Button("取消", "x")),)


WALL = "墙" * 4096
HOSTILE = [
    "<b>bold</b> *not* _this_ [x](tg://user?id=1) `code`",
    "\u202eevil\u202c \u2068\u2069\u2069\u2069 \u200b",
    "👩‍👩‍👧🏳️‍🌈 e\u0301\u0301\u0301",
    "line\n\n\nline  \t end",
    WALL,
    "مرحبا",
    "{n} {speaker} %s",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_speech_passes_words_on_untouched_and_unmarked(words):
    screen = render(Speech(speaker=Phrase("The seller"), text=words), "en")

    assert screen == Screen(f"The seller\n{words}", (Entity("bold", 0, 10),))


def test_speech_replaces_only_what_cannot_be_sent():
    assert render(Speech(speaker=Phrase("The seller"), text="a\ud83d😀"), "en").text == "The seller\na\ufffd😀"


def test_correction_reads_like_speech():
    correction = Correction(speaker=Phrase("The buyer"), text="new", source=1, message=2)

    assert render(correction, "zh") == Screen("买家\nnew", (Entity("bold", 0, 2),))


def test_copies_are_captioned_with_who_sent_them():
    copies = Copies(speaker=Phrase("The buyer"), source=1, messages=(1,))

    assert (
        render(copies, "en") == speaker_line(Phrase("The buyer"), "en") == Screen("The buyer", (Entity("bold", 0, 9),))
    )


def test_exhibits_keep_to_the_length_of_a_caption():
    file = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=1)

    long = render(
        Exhibits(caption=Phrase("{what}: “{words}”", what=Phrase("Evidence"), words="😀" * 2000), files=(file,)), "en"
    )

    assert long.size <= 1024
    assert long.text.endswith("😀\u2069…")


def test_toast_is_plain_and_short():
    assert render(Toast(query="q"), "en") == Screen("")
    assert render(Toast(query="q", text=Phrase("A reminder was sent: the time ends {due}.", due=DUE)), "en") == Screen(
        "A reminder was sent: the time ends Fri, Dec 5, 2025, 4:00\u202fPM UTC."
    )
    assert render(Toast(query="q", text=Phrase("{w}", w="x" * 500)), "en").size == 200


def test_long_labels_are_cut():
    notice = Notice(lines=(Phrase("Cancel"),), choices=((Choice(Phrase("{item}", item="杯" * 200), "i"),),))

    assert render(notice, "en").buttons[0][0].label == "\u2068" + "杯" * 61 + "\u2069…"


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(
    ("language", "due"), [("en", "Fri, Dec 5, 2025, 4:00\u202fPM UTC"), ("zh", "2025年12月5日周五 16:00 UTC")]
)
def test_card_survives_hostile_words(words, language, due):
    lines = tuple(Phrase("“{words}”", words=words) for _ in range(12))
    sections = tuple(Section(heading=Phrase("The claim"), lines=lines) for _ in range(4))
    hostile = a_card(title=Phrase("Case {ref} · {item}", ref="A7K-Q2M", item=words), sections=sections)

    screen = render(hostile, language)

    assert screen.size <= 4096
    assert {kind for kind, _ in shown(screen)} == {"bold", "code", "date_time"}
    assert [text for kind, text in shown(screen) if kind == "date_time"] == [due]
    assert all(0 <= entity.offset < entity.end <= screen.size for entity in screen.entities)
    for line in screen.text.split("\n"):
        assert line.count("\u2068") == line.count("\u2069")


def test_ready_words_are_said_in_the_readers_language_and_by_the_speaker():
    body = Speech(speaker=Phrase("The seller"), text="", template=Phrase("Cancel"))

    screen = render(body, "zh_Hans")

    assert screen.text == f"{plain(Phrase('The seller'), 'zh_Hans')}\n取消"
    assert [entity.type for entity in screen.entities] == ["bold"]


def test_a_report_has_bold_headings_and_a_line_for_each_figure():
    lines = (Phrase("{n}", n=1), Phrase("{n}", n=2))
    button = Choice(Phrase("Help"), "v1:c:help:")
    body = Report(title=Phrase("Cases"), sections=(Section(heading=Phrase("Why"), lines=lines),), choices=((button,),))

    screen = render(body, "en")

    assert screen.text == "Cases\n\nWhy\n1\n2"
    assert shown(screen) == [("bold", "Cases"), ("bold", "Why")]
    assert screen.buttons[0][0].label == "Help"


def test_of_a_picture_only_its_caption_is_text():
    body = Picture(caption=Phrase("Cases"), panels=(Panel(now=(1,), before=(2,)),))

    assert (render(body, "en").text, render(body, "en").buttons) == ("Cases", ())
