"""Metrics: what they say is true, nothing in them is personal, and the dashboard asks for nothing that there is not."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot import log
from bot.health import routes
from bot.operating import metrics
from bot.operating.exposing import route
from bot.operating.gauges import Gauges
from conversations.cases.states import State
from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import TryAgain
from storage.tables import items

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DASHBOARD = json.loads((Path(metrics.__file__).with_name("dashboard.json")).read_text(encoding="utf-8"))


def exported() -> dict[tuple[str, str], float]:
    """Every sample of ours as (name, labels)."""
    text = generate_latest(metrics.REGISTRY).decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("aftersales_") and not sample.name.endswith("_created")
    }


async def test_gauges_tell_what_waits_and_since_when(db: Database) -> None:
    async with db.work() as work:
        person = await work.people.greet(Sender(address=101, name="Ann"))
        for words in ("one", "two"):
            await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(Phrase("{words}", words=words),))))
        await work.alarms.set("A7KQ2M", NOON - timedelta(minutes=5))
        await work.alarms.set("B8LR3N", NOON + timedelta(minutes=5))
    async with db._writer.begin() as connection:
        await connection.execute(update(items).values(at=datetime.now(UTC) - timedelta(seconds=90)))

    await Gauges(db, lambda: NOON).refresh()

    told = exported()
    assert told[("aftersales_queue_pending", "outbox")] == 2
    assert told[("aftersales_queue_pending", "inbox")] == 0
    assert told[("aftersales_lag_seconds", "inbox")] == 0
    assert 90 <= told[("aftersales_lag_seconds", "outbox")] < 3600
    assert (told[("aftersales_queue_pending", "alarms")], told[("aftersales_lag_seconds", "alarms")]) == (1, 300)
    assert told[("aftersales_database_read", "")] == 1
    assert {labels for name, labels in told if name == "aftersales_cases"} == {state.value for state in State}


async def test_a_database_that_cannot_be_read_is_told_and_the_rest_stays(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise TryAgain("away")

    gauges = Gauges(sqlite_db, lambda: NOON)
    monkeypatch.setattr(sqlite_db.inbox, "backlog", away)

    await gauges.refresh()

    assert exported()[("aftersales_database_read", "")] == 0


async def test_metrics_are_served_beside_the_health() -> None:
    looked = []

    async def refresh() -> None:
        looked.append(1)

    async def is_ready() -> bool:
        return True

    app = Starlette(routes=[*routes(is_ready), route(refresh)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        answer = await client.get("/metrics")
        well = [(await client.get(path)).text for path in ("/healthz", "/readyz")]

    assert (answer.status_code, looked) == (200, [1])
    assert answer.headers["content-type"] == CONTENT_TYPE_LATEST
    assert "# TYPE aftersales_updates_total counter" in answer.text
    assert well == ["ok", "ok"]


def test_labels_have_few_values_and_none_that_names_anybody() -> None:
    labels = {
        label
        for family in text_string_to_metric_families(generate_latest(metrics.REGISTRY).decode())
        if family.name.startswith("aftersales_")
        for sample in family.samples
        for label in sample.labels
    }

    assert labels <= {"outcome", "queue", "state", "worker"}


def _queries() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def test_every_panel_asks_for_metrics_that_there_are() -> None:
    metrics.FAILURES.labels("inbox")
    text = generate_latest(metrics.REGISTRY).decode()
    families = list(text_string_to_metric_families(text))
    names = {sample.name for family in families for sample in family.samples}
    labels = {(sample.name, label) for family in families for sample in family.samples for label in sample.labels}
    declared = {name.removesuffix("_total") for name in names}
    declared |= {"aftersales_queue_pending", "aftersales_lag_seconds", "aftersales_cases"}

    asked = set()
    for query in _queries():
        [name] = re.findall(r"\b(?:aftersales|process)_\w+", query)
        asked.add(name.removesuffix("_total"))
        assert name.removesuffix("_total") in declared, query
        assert name.endswith("_total") is (("rate(" in query) or ("increase(" in query)), query
        for label in re.findall(r"by \((\w+)\)", query):
            if any(sample == name for sample, _ in labels):
                assert (name, label) in labels, query
    ours = {name.removesuffix("_total") for name in names if name.startswith("aftersales_") and "_created" not in name}
    assert ours <= asked  # nothing is counted that nobody would see
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_everything_logged_about_a_case_carries_its_reference(capsys: pytest.CaptureFixture[str]) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        with log.about(ref="A7KQ2M", update=None), log.about(update=7):
            log.get("x").info("inside")
        log.get("x").info("outside")

    assert [(entry["event"], entry.get("ref"), entry.get("update")) for entry in logged] == [
        ("inside", "A7KQ2M", 7),
        ("outside", None, None),
    ]
