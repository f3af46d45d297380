from datetime import UTC, datetime, timedelta

from conversations.ports import Link, LinkPurpose


def good_for(desk, output, after):
    """What the one printed link is good for, `after` some time."""
    start, _, token = output.removesuffix("\n").partition("=")
    assert start == "https://t.me/shop_bot?start"

    async def peek(db):
        async with db.reading() as work:
            return await work.links.peek(token, datetime.now(UTC) + after)

    return desk.with_database(peek)


def test_invite_seller_is_one_link_good_for_a_day(stocked):
    output = stocked.out("invite", "seller", "Nordic Home")

    assert good_for(stocked, output, timedelta(hours=23)) == Link(purpose=LinkPurpose.SELLER, store="Nordic Home")
    assert good_for(stocked, output, timedelta(hours=24)) is None


def test_invite_arbitrator_works_on_an_empty_database(desk):
    output = desk.out("invite", "arbitrator")

    assert good_for(desk, output, timedelta(hours=23)) == Link(purpose=LinkPurpose.ARBITRATOR)


def test_invite_seller_of_an_unknown_store_lists_the_stores(stocked):
    assert stocked.err("invite", "seller", "Nordic") == (
        "Error: there is no store 'Nordic'. There are: Alpine Outfitters, Gulf Dates, Kyoto Tools, Nordic Home, "
        "Seoul Beauty, 花语海外旗舰店.\n"
    )


def test_invite_seller_before_any_import_says_so(desk):
    assert "There are none yet; import orders first." in desk.err("invite", "seller", "Nordic Home")


def test_invite_without_a_name_for_the_bot_says_which_variables_to_set(desk):
    told = desk.err("invite", "arbitrator", AFTERSALES_BOT_USERNAME="")

    assert "AFTERSALES_BOT_USERNAME" in told
    assert "AFTERSALES_BOT_TOKEN" in told
