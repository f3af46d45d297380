"""Every table, and nothing else. A change here needs a migration: `make migrate m="why"`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    literal,
)

from storage.columns import Doc, Instant, Serial, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: References are checked at the commit, so that the order of writes within a unit of work does not matter.
_AT_COMMIT: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}

# --- people ----------------------------------------------------------------------------------------------------

people = Table(
    "people",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("address", BigInteger, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("has_chosen_language", Boolean, nullable=False),
    Column("is_reachable", Boolean, nullable=False),
    Column("open_ref", Words, nullable=False),
    Column("translation", Words, nullable=False, server_default="unasked"),
    Column("translation_at", Instant),
    sqlite_autoincrement=True,  # an id is never given out again
)

#: `store` is empty for an arbitrator.
roles = Table(
    "roles",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True),
    Column("role", Words, primary_key=True),
    Column("store", Words, primary_key=True),
    Index(None, "role", "store"),
)

#: What people asked for about their own data, and what the operator has to keep of it.
privacy = Table(
    "privacy",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True, autoincrement=False),
    Column("exported_at", Instant),
    Column("forget_at", Instant),
    Column("held_until", Instant),
    Column("hold_reason", Words),
    Index(None, "forget_at"),
)

#: `at` is when it was last gone on with, in real time.
dialogs = Table(
    "dialogs",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True, autoincrement=False),
    Column("stack", Doc, nullable=False),
    Column("at", Instant, nullable=False, server_default=func.now()),
)

guesses = Table(
    "guesses",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("person", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "person", "at"),
)

#: Roles that people were invited to and the operator has yet to confirm.
applications = Table(
    "applications",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True),
    Column("role", Words, primary_key=True),
    Column("store", Words, primary_key=True),
    Column("at", Instant, nullable=False),
)

#: Groups that hear for the sellers of a store, or for the arbitrators (`store` is empty): see `conversations.messages.Room`.
#: `person` is the group itself.
rooms = Table(
    "rooms",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True, autoincrement=False),
    Column("role", Words, nullable=False),
    Column("store", Words, nullable=False),
    Column("linked_by", BigInteger, ForeignKey("people.id", **_AT_COMMIT), nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("checked_at", Instant),
    Column("confirmed_at", Instant),
    Column("left_at", Instant),
)
#: One group hears for each at a time.
Index(
    "ix_rooms_linked",
    rooms.c.role,
    rooms.c.store,
    unique=True,
    sqlite_where=rooms.c.left_at.is_(None),
    postgresql_where=rooms.c.left_at.is_(None),
)

#: What happened lately, to be counted: see `conversations.desk.floods`.
tallies = Table(
    "tallies",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("what", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "what", "at"),
)

# --- orders ----------------------------------------------------------------------------------------------------

stores = Table(
    "stores",
    metadata,
    Column("name", Words, primary_key=True),
    Column("return_address", Words),
    Column("policy", Words),  # TOML: what the store changes of the house policy
    Column("templates", Doc),  # what the store says often, a list of texts
)

orders = Table(
    "orders",
    metadata,
    Column("store", Words, primary_key=True),
    Column("number", Words, primary_key=True),
    Column("purchased_at", Instant, nullable=False),
    Column("doc", Doc, nullable=False),
    Index(None, "number"),
    Index(None, "store", "purchased_at"),
)

bindings = Table(
    "bindings",
    metadata,
    Column("store", Words, primary_key=True),
    Column("number", Words, primary_key=True),
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True),
    ForeignKeyConstraint(["store", "number"], ["orders.store", "orders.number"], **_AT_COMMIT),
    Index(None, "person"),
)

#: Only the token's SHA-256 is kept.
links = Table(
    "links",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("purpose", Words, nullable=False),
    Column("store", Words, nullable=False),
    Column("number", Words, nullable=False),
    Column("expires_at", Instant),
    Column("used_by", BigInteger),
    Column("used_at", Instant),
)

# --- cases -----------------------------------------------------------------------------------------------------

#: `doc` is the whole case; the other columns are what lists look for.
cases = Table(
    "cases",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("store", Words, nullable=False),
    Column("order_number", Words, nullable=False),
    Column("buyer", BigInteger, ForeignKey("people.id", **_AT_COMMIT), nullable=False),
    Column("arbitrator", BigInteger, ForeignKey("people.id", **_AT_COMMIT)),
    Column("state", Words, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("ended_at", Instant),
    Column("doc", Doc, nullable=False),
    ForeignKeyConstraint(["store", "order_number"], ["orders.store", "orders.number"], **_AT_COMMIT),
    Index(None, "store", "order_number"),
    Index(None, "buyer"),
    Index(None, "due_at"),
    Index(None, "opened_at"),
)


def _cases_where(name: str, condition: Any, *columns: Any) -> None:
    """An index of some of the cases, in the order in which a list shows them."""
    Index(f"ix_cases_{name}", *columns, sqlite_where=condition, postgresql_where=condition)


#: The cases an arbitrator may take. Written out, not bound: a query uses that index only if it says just the same.
IS_QUEUED = cases.c.state.in_([literal(state, literal_execute=True) for state in ("escalated", "breached")])

_is_open, _pressing = cases.c.ended_at.is_(None), (cases.c.due_at, cases.c.opened_at, cases.c.ref)
_cases_where("queued", IS_QUEUED, *_pressing)
_cases_where("open_of_store", _is_open, cases.c.store, *_pressing)
_cases_where("open_of_arbitrator", _is_open, cases.c.arbitrator, *_pressing)
_cases_where(
    "ended_of_store",
    cases.c.ended_at.is_not(None),
    cases.c.store,
    cases.c.ended_at.desc(),
    cases.c.opened_at,
    cases.c.ref,
)

_cases_where("ended", cases.c.ended_at.is_not(None), cases.c.ended_at)

#: What went off a case because it had been kept long enough: its "evidence", its "texts".
outdated = Table(
    "outdated",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("what", Words, primary_key=True),
    Column("at", Instant, nullable=False),
)

#: Append only. `salt`, `seal`, `prev` and `hash` make the chain that `storage.chain` describes.
journal = Table(
    "journal",
    metadata,
    Column("ref", Words, ForeignKey("cases.ref", **_AT_COMMIT), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", Words, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("what", Words, nullable=False),
    Column("data", Doc, nullable=False),
    Column("salt", Words, nullable=False),
    Column("seal", Words, nullable=False),
    Column("prev", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Index(None, "person"),
)

#: The end of each chain as it was last published, and what was published: `storage.heads`. No reference to `cases`: a
#: chain that is gone altogether is to be missed.
heads = Table(
    "heads",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("hash", Words, nullable=False),
)
#: The publication under way, if any: the chains up to `after` have been looked at.
publishing = Table(
    "publishing",
    metadata,
    Column("began_at", Instant, primary_key=True),
    Column("after", Words, nullable=False),
)
publications = Table(
    "publications",
    metadata,
    Column("n", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("count", Integer, nullable=False),
    Column("digest", Words, nullable=False),
    sqlite_autoincrement=True,
)

#: No reference to `cases`: evidence may come in before its case is submitted.
evidence = Table(
    "evidence",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("doc", Doc, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("holder", Words),
    Index(None, "at"),
)
Index(
    "ix_alarms_holder",
    alarms.c.holder,
    sqlite_where=alarms.c.holder.is_not(None),
    postgresql_where=alarms.c.holder.is_not(None),
)

#: The operator's extensions of deadlines; `store` is empty for all stores, both ends belong to the period.
extensions = Table(
    "extensions",
    metadata,
    Column("n", Serial, primary_key=True, autoincrement=True),
    Column("store", Words, nullable=False),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("reason", Words, nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("store", "begins", "ends", "seconds"),
    sqlite_autoincrement=True,  # cases remember the numbers of theirs
)

#: When the service was away for longer than anybody would overlook.
outages = Table(
    "outages",
    metadata,
    Column("ended_at", Instant, primary_key=True),
    Column("began_at", Instant, nullable=False),
)

#: The text of every policy that a case was ever judged under.
packs = Table(
    "packs",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("id", Words, nullable=False),
    Column("text", Words, nullable=False),
)

# --- figures ---------------------------------------------------------------------------------------------------

#: One row a case, which the desk keeps up to date in the case's own transaction (`conversations.cases.outcomes`). No
#: reference to `cases`: figures may outlive what they were taken from. Nobody's words are in here.
outcomes = Table(
    "outcomes",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("store", Words, nullable=False),
    Column("remedy", Words, nullable=False),
    Column("ground", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("currency", Words, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", Words, nullable=False),
    Column("answer_seconds", BigInteger),
    Column("ended_at", Instant),
    Column("resolve_seconds", BigInteger),
    Column("result", Words, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("is_escalated", Boolean, nullable=False),
    Column("is_reversed", Boolean, nullable=False),
    Column("refund", BigInteger, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("rated_at", Instant),
    Column("service", Integer, nullable=False),
    Column("outcome", Integer, nullable=False),
)
#: What reports count, so that they read nothing else: of the cases opened, and ended; how large each store is; its marks.
Index(
    "ix_outcomes_opened",
    outcomes.c.store,
    outcomes.c.opened_at,
    postgresql_include=["remedy", "reason", "answer_seconds", "kept", "missed", "is_escalated", "offers", "accepted"],
)
Index(
    "ix_outcomes_ended",
    outcomes.c.store,
    outcomes.c.ended_at,
    postgresql_include=["resolve_seconds", "currency", "refund", "shipping"],
)
Index("ix_outcomes_sizes", outcomes.c.opened_at, postgresql_include=["store"])
Index("ix_outcomes_marks", outcomes.c.store, outcomes.c.rated_at, postgresql_include=["service", "outcome"])

#: How many cases each store had had before that midnight, UTC: see `storage.openings`.
openings = Table(
    "openings",
    metadata,
    Column("midnight", Instant, primary_key=True),
    Column("store", Words, primary_key=True),
    Column("cases", BigInteger, nullable=False),
)

#: A case's products: by SKU, or by title where the order has none.
outcome_products = Table(
    "outcome_products",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("product", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("store", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Index(None, "store", "opened_at"),
)

#: One row each time an arbitrator has a case.
hearings = Table(
    "hearings",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("arbitrator", BigInteger, nullable=False),
    Column("store", Words, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("seconds", BigInteger),
    Column("how", Words, nullable=False),
    Column("is_appealed", Boolean, nullable=False),
    Column("is_reversed", Boolean, nullable=False),
    Index(None, "taken_at"),
    Index(None, "store", "ended_at"),
)

#: What stores were told to improve and has not been looked at again yet.
suggestions = Table(
    "suggestions",
    metadata,
    Column("store", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("about", Words, primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Instant, nullable=False),
    Column("was", BigInteger, nullable=False),
    Column("title", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("words", Doc, nullable=False),
)

#: Up to when a seller has had the weekly digest of a store.
digests = Table(
    "digests",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True, autoincrement=False),
    Column("store", Words, primary_key=True),
    Column("until", Instant, nullable=False),
)

#: Who wants none.
digests_off = Table(
    "digests_off",
    metadata,
    Column("person", BigInteger, ForeignKey("people.id", **_AT_COMMIT), primary_key=True, autoincrement=False),
)

# --- the messenger ---------------------------------------------------------------------------------------------

posts = Table(
    "posts",
    metadata,
    Column("address", BigInteger, primary_key=True, autoincrement=False),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", Words, nullable=False),
    Column("ref", Words, nullable=False),
    Column("origin_address", BigInteger),
    Column("origin_message", BigInteger),
    Index(None, "address", "slot"),
    Index(None, "origin_address", "origin_message"),
)

#: A thread is known by its number within a chat; a chat has one for each case.
threads = Table(
    "threads",
    metadata,
    Column("address", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", Words, primary_key=True),
    Column("thread", BigInteger, nullable=False),
    Column("name", Words, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("holds_card", Boolean, nullable=False),
    Index(None, "address", "thread", unique=True),
)

#: See `storage.lanes`. `ready_at` is None when nothing is pending; a lease moves it to its own end. `suspected` is how often
#: nothing but this lane was at work, and nothing came of it.
lanes = Table(
    "lanes",
    metadata,
    Column("queue", Words, primary_key=True),
    Column("lane", Words, primary_key=True),
    Column("ready_at", Instant),
    Column("token", Words),
    Column("attempts", Integer, nullable=False),
    Column("suspected", Integer, nullable=False, server_default="0"),
)
Index("ix_lanes_queue_ready_at", lanes.c.queue, lanes.c.ready_at)

items = Table(
    "items",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("queue", Words, nullable=False),
    Column("lane", Words, nullable=False),
    Column("key", Words),
    Column("payload", Doc, nullable=False),
    Column("at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("dead", Words),
    UniqueConstraint("queue", "key"),
    ForeignKeyConstraint(["queue", "lane"], ["lanes.queue", "lanes.lane"], **_AT_COMMIT),
    sqlite_autoincrement=True,
)
Index(
    "ix_items_pending",
    items.c.queue,
    items.c.lane,
    items.c.id,
    sqlite_where=items.c.done_at.is_(None),
    postgresql_where=items.c.done_at.is_(None),
)
Index("ix_items_queue_done_at", items.c.queue, items.c.done_at)
Index(
    "ix_items_dead",
    items.c.queue,
    items.c.done_at,
    items.c.id,
    sqlite_where=items.c.dead.is_not(None),
    postgresql_where=items.c.dead.is_not(None),
)

#: Instants to remember across restarts.
marks = Table(
    "marks",
    metadata,
    Column("name", Words, primary_key=True),
    Column("at", Instant, nullable=False),
)

# --- the processes ---------------------------------------------------------------------------------------------

#: Those that serve this database: see `storage.presence`. Each holds a lock on its number while it lives.
processes = Table(
    "processes",
    metadata,
    Column("n", Serial, primary_key=True, autoincrement=True),
    Column("since", Instant, nullable=False),
    sqlite_autoincrement=True,  # a number is never given out again
)

#: See `storage.paces`: `full_at` is when nothing would be left of what was used up.
paces = Table(
    "paces",
    metadata,
    Column("name", Words, primary_key=True),
    Column("full_at", Instant, nullable=False),
)
