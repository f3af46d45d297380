"""The metrics of this process, by their names. Labels have few values, all known beforehand: no case, no person, no store.

Counters count what this process did since it started. Gauges tell what is true of the database, whichever process is
asked; `gauges` reads them when somebody looks.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

UPDATES: Final = Counter(
    "aftersales_updates", "Updates of the messenger that were worked on.", ["outcome"], registry=REGISTRY
)
SENDS: Final = Counter("aftersales_sends", "Things said to people, or tried to be.", ["outcome"], registry=REGISTRY)
REPEATS: Final = Counter(
    "aftersales_repeats", "Messages sent once more because the first may have arrived.", registry=REGISTRY
)
ALARMS: Final = Counter("aftersales_alarms", "Reminders and deadlines that came due.", ["outcome"], registry=REGISTRY)
EVIDENCE: Final = Counter("aftersales_evidence", "Exhibits that were looked into.", ["outcome"], registry=REGISTRY)
FAILURES: Final = Counter(
    "aftersales_failures", "What went wrong in a worker unexpectedly.", ["worker"], registry=REGISTRY
)

PENDING: Final = Gauge("aftersales_queue_pending", "Items that wait in a queue.", ["queue"], registry=REGISTRY)
LAG: Final = Gauge(
    "aftersales_lag_seconds", "How long the oldest that waits has been waiting.", ["queue"], registry=REGISTRY
)
CASES: Final = Gauge("aftersales_cases", "Cases by state.", ["state"], registry=REGISTRY)
READ: Final = Gauge("aftersales_database_read", "1 when the gauges could be read just now.", registry=REGISTRY)

#: What each label may say.
OUTCOMES: Final = {
    UPDATES: ("done", "failed", "dead"),
    SENDS: ("sent", "retried", "given_up", "unreachable"),
    ALARMS: ("done", "failed"),
    EVIDENCE: ("kept", "refused"),
}
for _counter, _outcomes in OUTCOMES.items():
    for _outcome in _outcomes:
        _counter.labels(_outcome)  # so that a dashboard sees 0 and not nothing
