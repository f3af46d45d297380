"""What the desk needs from storage. Every collection belongs to one unit of work; nothing is kept before it commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from conversations.cases.case import Case
from conversations.cases.clocks import Extension, Outage
from conversations.cases.evidence import Evidence, File
from conversations.cases.facts import Fact
from conversations.cases.figures import Figures, Peer, Period, Suggestion
from conversations.cases.orders import Order, OrderKey, Store
from conversations.cases.roles import Role
from conversations.cases.standing import Standing
from conversations.messages import Outgoing, Person, Room, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact as the journal keeps it: number `n` of its case, by whom, when. `person` is 0 for the clock."""

    n: int
    at: datetime
    who: Role
    person: int
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody asked for about their own data: when they got all of it last, since when they wish to be forgotten.
    Until `held_until` the operator has to keep it nevertheless."""

    exported_at: datetime | None = None
    forget_at: datetime | None = None
    held_until: datetime | None = None


class LinkPurpose(StrEnum):
    """What a one-time link is good for."""

    ORDER = "order"
    SELLER = "seller"
    ARBITRATOR = "arbitrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time link: an order to bind (`store`, `number`), or a role to take (`store` for a seller)."""

    purpose: LinkPurpose
    store: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDialog:
    """A conversation under way with a person: which one, about which case, where it is, what was answered so far.

    `answers` holds JSON values only. `thread` is where one about no case is held; one about a case is in the case's. `room`
    is the group in which they have it, by its number; 0 is their own chat.
    """

    name: str
    ref: str
    step: str
    answers: Mapping[str, Any]
    thread: int = 0
    room: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A role that somebody was invited to and the operator has yet to confirm; `store` is empty for an arbitrator's."""

    person: int
    role: Role
    store: str
    at: datetime


class People(Protocol):
    """Everybody we know."""

    async def greet(self, sender: Sender) -> Person:
        """The person of that address; made on first sight. Name and untouched language follow the messenger's."""

    async def get(self, person: int) -> Person:
        """KeyError for an id never given out."""

    async def at_address(self, address: int) -> Person | None: ...

    async def save(self, person: Person) -> None:
        """Keeps everything about a person, roles included."""

    async def sellers_of(self, store: str) -> Sequence[Person]: ...

    async def arbitrators(self) -> Sequence[Person]: ...

    async def room_of(self, role: Role, store: str = "") -> Person | None:
        """The group that was linked for those with that role (in the store), confirmed or not, and that we are in."""

    async def move(self, person: Person, address: int) -> Person:
        """The person, or group, at another address. Whoever was thought to be there is not."""

    async def apply(self, application: Application) -> None:
        """Keeps it until it is settled. Idempotent."""

    async def settle(self, person: int) -> Sequence[Application]:
        """Takes away what a person has applied for, and gives it."""


class Rooms(Protocol):
    """Groups that hear for the sellers of a store, or for the arbitrators. `group` is the number of the person it is."""

    async def keep(self, group: int, room: Room) -> None:
        """What the group was linked for, in place of what it was before."""

    async def check(self, group: int) -> None:
        """Asks for a look at the group: whether the member who linked it may, and what we may do there."""


class Orders(Protocol):
    """Orders and who may claim on them."""

    async def get(self, key: OrderKey, *, lock: bool = False) -> Order | None:
        """`lock=True` keeps other claims on that order out until the unit of work ends."""

    async def numbered(self, number: str) -> Sequence[Order]:
        """Every store's order of that number."""

    async def of(self, person: int) -> Sequence[Order]:
        """The orders bound to a buyer, newest purchase first."""

    async def bind(self, key: OrderKey, person: int) -> None:
        """Lets this buyer claim on the order. Idempotent."""

    async def is_bound(self, key: OrderKey, person: int) -> bool: ...

    async def store(self, name: str) -> Store:
        """A store by name; one without an address when nothing was set."""

    async def set_templates(self, store: str, templates: Sequence[str]) -> None:
        """Keeps the store's own templates, in place of those it had."""

    async def set_store(self, store: Store) -> None: ...


class Cases(Protocol):
    """The cases. `lock=True` keeps others out of that case until the unit of work ends."""

    async def new_ref(self) -> str:
        """An unguessable reference that no case has: six signs without the ones that look or sound alike."""

    async def add(self, case: Case) -> None: ...

    async def get(self, ref: str, *, lock: bool = False) -> Case | None: ...

    async def save(self, case: Case) -> None:
        """Keeps the case and its next deadline."""

    async def of_order(self, key: OrderKey) -> Sequence[Case]: ...

    async def of_buyer(self, person: int) -> Sequence[Case]:
        """Newest first."""

    async def of_stores(self, stores: Sequence[str], *, limit: int = 50) -> Sequence[Case]:
        """Open ones first, the most pressing deadline first."""

    async def queue(self, *, limit: int = 100) -> Sequence[Case]:
        """Escalated and breached cases, the most pressing deadline first, then the oldest."""

    async def of_arbitrator(self, person: int) -> Sequence[Case]:
        """The open cases an arbitrator has taken."""


class Outcomes(Protocol):
    """What came of each case, in figures, for the reports."""

    async def note(self, case: Case, facts: Sequence[Fact], *, who: Role, at: datetime) -> None:
        """Takes facts down that `who` brought about; the case is as they left it, and has been kept."""

    async def standing(self, store: str, now: datetime) -> Standing:
        """How the store stands with its buyers now."""


class Reports(Protocol):
    """Counts over many cases."""

    async def figures(self, store: str, period: Period) -> Figures: ...

    async def peers(self, store: str, period: Period) -> Sequence[Peer]:
        """The other stores of about the same size in the period."""

    async def words(self, store: str, product: str, period: Period) -> tuple[Sequence[str], Sequence[str]]:
        """What buyers wrote with their claims in the period, about the product and about all else; the last 200 each."""


class Advice(Protocol):
    """The suggestions that stores were given and that have not been looked at again yet."""

    async def of(self, store: str) -> Sequence[Suggestion]:
        """Oldest first."""

    async def keep(self, suggestion: Suggestion) -> None:
        """Takes the place of one of the same store, kind, product and length."""

    async def drop(self, suggestion: Suggestion) -> None: ...


class Digests(Protocol):
    """Who gets the weekly digest."""

    async def set_off(self, person: int, is_off: bool) -> None: ...

    async def due(self, week: datetime) -> Sequence[tuple[int, str]]:
        """The sellers and stores whose digest of the time up to `week` has not been written. Whoever is new to a store
        gets the next one: they are noted, and not among these."""

    async def done(self, person: int, store: str, week: datetime) -> bool:
        """That digest is written now; False when it was already."""


class Dialogs(Protocol):
    """The conversations under way with each person, a stack: the last one is the one being answered."""

    async def of(self, person: int) -> tuple[OpenDialog, ...]: ...

    async def keep(self, person: int, dialogs: tuple[OpenDialog, ...]) -> None: ...


class EvidenceBook(Protocol):
    """The exhibits of each case."""

    async def of(self, ref: str) -> Sequence[Evidence]:
        """In the order of their numbers."""

    async def add(
        self, ref: str, files: Sequence[File], *, by: Role, at: datetime, caption: str = ""
    ) -> Sequence[Evidence]:
        """Numbers the files on and asks for each to be fetched and looked into."""

    async def save(self, ref: str, evidence: Evidence) -> None: ...


class Journal(Protocol):
    """What happened, case by case. Append only."""

    async def add(self, ref: str, facts: Sequence[Fact], *, who: Role, person: int, at: datetime) -> None: ...

    async def of(self, ref: str) -> Sequence[Entry]: ...

    async def erase(self, ref: str, numbers: Collection[int]) -> None:
        """Takes the contents of entries off the record; the chain stays whole."""


class Alarms(Protocol):
    """When to look at a case again."""

    async def set(self, ref: str, at: datetime | None) -> None:
        """One alarm a case; None for none."""


class Clocks(Protocol):
    """What moves deadlines on."""

    async def extensions(self, store: str, *, since: datetime) -> Sequence[Extension]:
        """Those for this store or all stores whose period reaches to `since` or later, in the order they were made."""

    async def outages(self, *, since: datetime) -> Sequence[Outage]:
        """The times when the service was away that ended after `since`, oldest first."""


class Packs(Protocol):
    """The policies that cases were judged under."""

    async def keep(self, pack: str, hash: str, text: str) -> None:
        """Keeps a pack's text under its content hash. Idempotent."""


class Links(Protocol):
    """One-time links."""

    async def peek(self, token: str, now: datetime) -> Link | None:
        """What the link is good for; None when unknown, used or expired."""

    async def redeem(self, token: str, now: datetime, *, person: int) -> Link | None:
        """Uses it up."""


class Posts(Protocol):
    """What was posted in which chat."""

    async def case_of(self, address: int, message: int) -> str | None:
        """The case that a message of ours, or one relayed from this chat, is about."""

    async def in_slot(self, address: int, slot: str) -> int | None:
        """The message that the slot holds."""

    async def knows(self, address: int, message: int) -> bool:
        """Whether it is a message of ours that has been written down."""


class Threads(Protocol):
    """The threads (topics) of chats."""

    async def case_of(self, address: int, number: int) -> str | None:
        """The case that a thread of a chat is about; None for a thread of somebody else's making."""

    async def has(self, address: int, ref: str) -> bool:
        """Whether the case has a thread in that chat."""


class Outbox(Protocol):
    """What is to be said, in order for each person."""

    async def add(self, outgoing: Outgoing) -> None: ...


class Guesses(Protocol):
    """How often somebody guessed wrong lately: order codes, links."""

    async def count(self, person: int, since: datetime) -> int: ...

    async def add(self, person: int, at: datetime) -> None: ...


class Tallies(Protocol):
    """How often something happened lately, whatever it is called."""

    async def count(self, what: str, since: datetime) -> int: ...

    async def add(self, what: str, at: datetime) -> None: ...


class Privacy(Protocol):
    """What people asked for about their own data."""

    async def of(self, person: int) -> Wishes: ...

    async def keep(self, person: int, wishes: Wishes) -> None:
        """Keeps when they exported and since when they wish to be forgotten; a hold is the operator's."""

    async def cases_of(self, person: int) -> Sequence[Case]:
        """Every case in which they said or did anything, or had to, oldest first."""


class Work(Protocol):
    """A unit of work: all of it happens or nothing does."""

    @property
    def people(self) -> People: ...

    @property
    def rooms(self) -> Rooms: ...

    @property
    def orders(self) -> Orders: ...

    @property
    def cases(self) -> Cases: ...

    @property
    def outcomes(self) -> Outcomes: ...

    @property
    def reports(self) -> Reports: ...

    @property
    def advice(self) -> Advice: ...

    @property
    def digests(self) -> Digests: ...

    @property
    def dialogs(self) -> Dialogs: ...

    @property
    def evidence(self) -> EvidenceBook: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def alarms(self) -> Alarms: ...

    @property
    def clocks(self) -> Clocks: ...

    @property
    def packs(self) -> Packs: ...

    @property
    def links(self) -> Links: ...

    @property
    def posts(self) -> Posts: ...

    @property
    def threads(self) -> Threads: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def guesses(self) -> Guesses: ...

    @property
    def tallies(self) -> Tallies: ...

    @property
    def privacy(self) -> Privacy: ...
