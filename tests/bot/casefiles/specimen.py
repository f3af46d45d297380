"""A case with as much on record as is wanted, kept in a database: for the tests of case files, and for the benchmark."""

import io
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PIL import Image

from bot.policies import load
from conversations.cases.case import Actor, Case, Moved, act, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.evidence import Evidence, File, FileKind
from conversations.cases.facts import EvidenceFiled, MessagePassedOn, NoteWritten, PrivateLimitSet
from conversations.cases.lifecycle import Act
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from conversations.cases.terms import Kind, Terms
from conversations.messages import Sender
from conversations.policy import assess
from storage.database import Database
from storage.evidence_files import FolderStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REF = "A7KQ2M"
SECRETS = ("The buyer seems honest.", "424242")


def picture(seed: int, size: tuple[int, int] = (1280, 960)) -> bytes:
    """A photo like a telephone's: it does not compress to nothing."""
    noise = Image.frombytes("RGB", (80, 60), random.Random(seed).randbytes(80 * 60 * 3)).resize(size)
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=85)
    return out.getvalue()


async def keep_case(
    db: Database,
    store: FolderStore,
    copies: FolderStore,
    *,
    messages: list[str],
    pictures: int = 2,
    title: str = "Blue mug",
) -> Case:
    """Refused, offered, called an arbitrator, taken, ruled; a note and private limits; each picture with its copy."""
    mug = Item(no="1", title=title, quantity=2, unit_price=Money(2_000, "USD"))
    order = Order(
        key=OrderKey("Acme", "1001"),
        items=(mug,),
        purchased_at=NOON - timedelta(days=9),
        delivered_at=NOON - timedelta(days=2),
        code="K7Q2",
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )
    pack = load("tmall_global")
    claim = Claim(
        order=order.key,
        items=(Claimed("1", 2),),
        remedy=Remedy.REFUND,
        reason=Reason.FAULTY,
        evidence=2,
        words=messages[0],
    )
    terms = Terms(
        kind=Kind.COMPENSATION,
        amount=Money(900, "USD"),
        items=claim.items,
        goods_back=False,
        shipping=None,
        shipping_amount=Money(0, "USD"),
    )
    async with db.work() as work:
        ids = [(await work.people.greet(Sender(address=n, name=f"Person {n}", language="en"))).id for n in (11, 12, 13)]
        buyer, seller, arbitrator = (
            Actor(role, person) for role, person in zip((Role.BUYER, Role.SELLER, Role.ARBITRATOR), ids, strict=True)
        )
        await work.orders.put(order)
        moved = open_case(
            claim,
            assess(claim, order, pack, NOON),
            ref=REF,
            buyer=buyer.person,
            paid=order.paid,
            policy=pack.id,
            policy_hash=pack.hash,
            limits=pack.limits,
            now=NOON,
        )
        await work.cases.add(moved.case)
        await work.journal.add(REF, moved.facts, who=Role.BUYER, person=buyer.person, at=NOON)
        at = NOON
        for n, words in enumerate(messages):
            at += timedelta(minutes=5)
            actor = (buyer, seller)[n % 2]
            await work.journal.add(REF, [MessagePassedOn(words)], who=actor.role, person=actor.person, at=at)
        for n in range(1, pictures + 1):
            data, copy = picture(n), picture(n, (1000, 750))
            name, shown = await store.put(data), await copies.put(copy)
            file = File(kind=FileKind.PHOTO, file_id=f"f{n}", unique_id=f"u{n}", size=len(data))
            [made] = await work.evidence.add(REF, [file], by=Role.BUYER, at=at, caption=f"Crack number {n}")
            filed = replace(made, sha256=name, mime="image/jpeg", copy=shown, copy_mime="image/jpeg")
            await work.evidence.save(REF, filed)
            await work.journal.add(REF, [EvidenceFiled(n, name, "image/jpeg")], who=Role.CLOCK, person=0, at=at)
        case = replace(moved.case, least=424_242, most=424_242)
        await work.journal.add(REF, [PrivateLimitSet()], who=Role.SELLER, person=seller.person, at=at)
        moves = (
            (Act(move="offer", terms=terms, text="As a goodwill"), seller),
            (Act(move="decline", text="Not enough"), buyer),
            (Act(move="escalate"), buyer),
            (Act(move="take"), arbitrator),
            (Act(move="rule", terms=replace(terms, kind=Kind.REFUND), text="E1 shows it", cites=("E1",)), arbitrator),
        )
        for move, actor in moves:
            at += timedelta(hours=1)
            done = act(case, move, actor, now=at)
            assert isinstance(done, Moved), done
            case = done.case
            await work.journal.add(REF, done.facts, who=actor.role, person=actor.person, at=at)
        note = NoteWritten(SECRETS[0])
        await work.journal.add(REF, [note], who=Role.ARBITRATOR, person=arbitrator.person, at=at)
        await work.cases.save(case)
    return case


def exhibit(n: int, **changes: object) -> Evidence:
    file = File(kind=FileKind.PHOTO, file_id=f"f{n}", unique_id=f"u{n}", size=1)
    return replace(Evidence(n=n, by=Role.BUYER, at=NOON, file=file), **changes)
