"""Dated examples of every window of both packs: just before, at, and just after the last instant."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.policies import load
from conversations.cases.claim import Reason, Remedy
from conversations.cases.clocks import Outage
from conversations.cases.verdict import Outcome
from conversations.policy import History, assess
from conversations.policy.rules import Window

TMALL, LAW = load("tmall_global"), load("consumer_law")
SECOND = timedelta(seconds=1)
SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def finding(build, rule, *, pack, now, purchased, delivered, **claim):
    order = build.order(purchased_at=purchased, delivered_at=delivered)
    verdict = assess(build.claim(**claim), order, pack, now)
    [found] = [f for f in verdict.findings if f.rule == rule]
    return found


CHANGED = {"reason": Reason.CHANGED_MIND}
FAULTY = {"reason": Reason.FAULTY, "evidence": 1}
WRONG = {"reason": Reason.WRONG_ITEM, "evidence": 1}

#: pack, rule, claim, purchased, delivered, the last instant in time.
WINDOWS = {
    # §1: fifteen days from the purchase; §2: seven from receipt. Whichever ends later.
    "return, receipt later": (TMALL, "return.window", CHANGED, "2026-02-20T10:00", "2026-03-01T12:00", "2026-03-08T12:00"),
    "return, purchase later": (TMALL, "return.window", CHANGED, "2026-03-01T10:00", "2026-03-02T12:00", "2026-03-16T10:00"),
    "return, over a leap day": (TMALL, "return.window", CHANGED, "2028-02-20T00:00", "2028-02-21T00:00", "2028-03-06T00:00"),
    "return, no leap day": (TMALL, "return.window", CHANGED, "2026-02-20T00:00", "2026-02-21T00:00", "2026-03-07T00:00"),
    "return, received on a leap day": (
        TMALL, "return.window", CHANGED, "2028-02-01T00:00", "2028-02-29T23:59:59", "2028-03-07T23:59:59",
    ),
    "return, over New Year": (TMALL, "return.window", CHANGED, "2025-12-01T00:00", "2025-12-28T08:30", "2026-01-04T08:30"),
    # consumer law: seven days from receipt alone
    "return by law": (LAW, "return.window", CHANGED, "2026-03-01T10:00", "2026-03-02T12:00", "2026-03-09T12:00"),
    "return by law, long on its way": (LAW, "return.window", CHANGED, "2026-01-01T10:00", "2026-03-02T12:00", "2026-03-09T12:00"),
    # §1: exchanges within seven days of receipt
    "exchange": (
        TMALL, "exchange.window", {"remedy": Remedy.EXCHANGE}, "2026-03-01T10:00", "2026-03-02T12:00", "2026-03-09T12:00",
    ),
    "exchange of faulty goods": (
        TMALL, "exchange.window", {"remedy": Remedy.EXCHANGE, **FAULTY}, "2026-03-01T10:00", "2026-03-02T12:00",
        "2026-03-09T12:00",
    ),
    "exchange by law": (
        LAW, "exchange.window", {"remedy": Remedy.EXCHANGE}, "2026-03-01T10:00", "2026-03-02T12:00", "2026-03-09T12:00",
    ),
    # house: ninety days from receipt for faults and wrong descriptions
    "refund of faulty goods": (
        TMALL, "defect.window", {"remedy": Remedy.REFUND, **FAULTY}, "2026-01-01T00:00", "2026-01-05T06:00", "2026-04-05T06:00",
    ),
    "refund of wrong goods": (
        TMALL, "defect.window", {"remedy": Remedy.REFUND, **WRONG}, "2026-01-01T00:00", "2026-01-05T06:00", "2026-04-05T06:00",
    ),
    "return of faulty goods": (TMALL, "defect.window", FAULTY, "2026-01-01T00:00", "2026-01-05T06:00", "2026-04-05T06:00"),
    "refund by law": (
        LAW, "defect.window", {"remedy": Remedy.REFUND, **FAULTY}, "2026-01-01T00:00", "2026-01-05T06:00", "2026-04-05T06:00",
    ),
    "return of wrong goods by law": (LAW, "defect.window", WRONG, "2026-01-01T00:00", "2026-01-05T06:00", "2026-04-05T06:00"),
}  # fmt: skip


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_is_open_to_its_last_instant_and_not_a_second_longer(build, name):
    pack, rule, claim, purchased, delivered, last = WINDOWS[name]
    dates = {"pack": pack, "purchased": utc(purchased), "delivered": utc(delivered), **claim}

    before, at, after = (
        finding(build, rule, now=utc(last) + moment, **dates) for moment in (-SECOND, timedelta(0), SECOND)
    )

    assert (before.holds, at.holds, after.holds) == (True, True, False)
    assert (before.outcome, after.outcome) == (Outcome.ELIGIBLE, Outcome.INELIGIBLE)
    assert at.found.params["until"] == after.found.params["until"] == utc(last)


@pytest.mark.parametrize("name", WINDOWS)
def test_no_window_runs_out_before_delivery(build, name):
    pack, rule, claim, purchased, _, _ = WINDOWS[name]

    found = finding(build, rule, now=utc("2035-01-01"), pack=pack, purchased=utc(purchased), delivered=None, **claim)

    assert found.holds
    assert found.found.msgid == "In time: the goods have not been delivered yet."


@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        (datetime(2026, 3, 2, 20, 0, tzinfo=SHANGHAI), "2026-03-09T12:00"),
        (datetime(2026, 3, 3, 1, 0, tzinfo=SHANGHAI), "2026-03-09T17:00"),
        (datetime(2026, 3, 25, 12, 0, tzinfo=BERLIN), "2026-04-01T11:00"),  # summer time begins within
        (datetime(2026, 10, 22, 12, 0, tzinfo=BERLIN), "2026-10-29T10:00"),  # and ends within
        (datetime(2026, 3, 5, 23, 30, tzinfo=NEW_YORK), "2026-03-13T04:30"),
        (datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))), "2026-03-09T06:15"),
    ],
)
def test_seven_days_are_seven_times_24_hours_from_the_instant_wherever_it_was_written_down(build, delivered, last):
    dates = {"pack": LAW, "purchased": utc("2026-01-01"), "delivered": delivered}

    for zone in (UTC, SHANGHAI, NEW_YORK):
        last_instant = utc(last).astimezone(zone)
        assert finding(build, "return.window", now=last_instant, **dates).holds
        assert not finding(build, "return.window", now=(utc(last) + SECOND).astimezone(zone), **dates).holds


# --- goods that have not arrived -------------------------------------------------------------------------------

MISSING = {"remedy": Remedy.REFUND, "reason": Reason.NOT_ARRIVED}


@pytest.mark.parametrize("pack", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
@pytest.mark.parametrize(
    ("now", "holds"),
    [("2026-03-16T09:59:59", False), ("2026-03-16T10:00:00", True), ("2026-03-16T10:00:01", True)],
)
def test_goods_are_missing_fifteen_days_after_the_purchase(build, pack, now, holds):
    found = finding(
        build, "refund.arrival", pack=pack, now=utc(now), purchased=utc("2026-03-01T10:00"), delivered=None, **MISSING
    )

    assert found.holds is holds
    assert found.outcome is (Outcome.ELIGIBLE if holds else Outcome.DISCRETIONARY)


def test_goods_counted_from_a_zone_with_summer_time_are_missing_after_whole_days(build):
    purchased = datetime(2026, 3, 20, 12, 0, tzinfo=BERLIN)
    dates = {"pack": TMALL, "purchased": purchased, "delivered": None}

    assert finding(build, "refund.arrival", now=utc("2026-04-04T11:00"), **dates, **MISSING).holds
    assert not finding(build, "refund.arrival", now=utc("2026-04-04T10:59:59"), **dates, **MISSING).holds


@pytest.mark.parametrize("is_estimated", [False, True])
def test_goods_reported_as_delivered_are_for_the_seller_to_judge_unless_that_is_a_guess(build, is_estimated):
    order = build.order(
        purchased_at=utc("2026-03-01"), delivered_at=utc("2026-03-10"), delivery_is_estimated=is_estimated
    )

    verdict = assess(build.claim(**MISSING), order, TMALL, utc("2026-03-20"))

    assert verdict.outcome is (Outcome.ELIGIBLE if is_estimated else Outcome.DISCRETIONARY)


def test_a_window_that_ended_while_the_service_was_away_is_open_a_while_longer_and_says_why(build):
    gap = Outage(utc("2026-03-09T10:00"), utc("2026-03-09T13:00"))
    before = History(outages=(gap,))
    order = build.order(purchased_at=utc("2026-01-01"), delivered_at=utc("2026-03-02T12:00"))

    def found(now, history=before):
        verdict = assess(build.claim(**CHANGED), order, LAW, now, history=history)
        return next(f for f in verdict.findings if f.rule == "return.window")

    assert build.plain(found(gap.ended_at).found) == (
        "In time: open until 2026-03-09 16:00, since this service could not be reached."
    )
    assert found(gap.until).holds
    assert build.plain(found(gap.until + SECOND).found) == "Too late: the time for this ended on 2026-03-09 16:00."
    assert not found(gap.ended_at, History()).holds


def test_the_examples_know_every_rule_with_a_date_of_both_packs():
    dated = {(pack.id, rule.id) for pack in (TMALL, LAW) for rule in pack.rules if isinstance(rule, Window)}

    assert {(pack.id, rule) for pack, rule, *_ in WINDOWS.values()} == dated
