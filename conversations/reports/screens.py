"""A report as a seller reads it: what to improve first, then the figures, each with the one before and the best quarter's;
and the picture that goes with it, whose bars come in the order of the lines and in the colours of their marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from conversations import vocabulary
from conversations.cases.claim import Reason, Remedy
from conversations.cases.figures import Figures, Peer, Period, Spread, Suggestion
from conversations.cases.money import Money
from conversations.cases.standing import LEAST_CASES, careful_mark
from conversations.messages import Choices, Panel, Picture, Report, Section
from conversations.phrase import Phrase
from conversations.reports.measures import Measure, Share, best_quarter, comparable
from conversations.reports.suggestions import Advised, has_worked, reason_share

#: The colours of the bars, in their order, as signs; `bot.charts` has the same.
MARKS: Final = ("🟦", "🟧", "🟩", "🟥", "🟪", "🟨", "🟫")
_MOST_PRODUCTS = 3
_MOST_REASONS = 5
_LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a report is made of. `advice` is what to improve now, `tried` what was suggested a period ago."""

    store: str
    period: Period
    now: Figures
    before: Figures
    peers: Sequence[Peer] = ()
    advice: Sequence[Suggestion] = ()
    tried: Sequence[Suggestion] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened, in this period or the one before."""
        return not any((it.cases or it.ratings or it.resolution.count) for it in (self.now, self.before))


def report(findings: Findings, *, choices: Choices = ()) -> Report:
    """The text."""
    title = Phrase.counted(
        "{store}: the last {n} day", "{store}: the last {n} days", findings.period.days, store=findings.store
    )
    if findings.is_empty:
        nothing = Section(heading=Phrase("No cases"), lines=(Phrase("There was nothing to count in this time."),))
        return Report(title=title, sections=(nothing,), choices=choices)
    sections = [
        Section(heading=Phrase("What to improve"), lines=_advice(findings)),
        Section(heading=Phrase("What you tried"), lines=_tried(findings)),
        Section(heading=Phrase("Cases"), lines=(_cases(findings),)),
        Section(heading=Phrase("What buyers ask for"), lines=_lines(_remedies(findings))),
        Section(heading=Phrase("Why"), lines=_lines(_reasons(findings))),
        Section(heading=Phrase("Products with most cases"), lines=_lines(_products(findings))),
        Section(heading=Phrase("How you answer"), lines=_answers(findings)),
        Section(heading=Phrase("What it came to"), lines=_ends(findings)),
    ]
    return Report(title=title, sections=tuple(s for s in sections if s.lines), choices=choices)


def picture(findings: Findings) -> Picture | None:
    """The picture; None when there is nothing to draw."""
    if not findings.now.cases:
        return None
    bars = [_remedies(findings), _reasons(findings), _products(findings)]
    panels = [Panel(now=findings.now.slices, before=findings.before.slices, is_over_time=True)]
    panels += [Panel(now=tuple(b.now for b in rows), before=tuple(b.before for b in rows)) for rows in bars if rows]
    return Picture(
        caption=Phrase(
            "{store}, from above: cases over time, what buyers ask for, why, and about which products. The thin grey bars "
            "are the time before.",
            store=findings.store,
        ),
        panels=tuple(panels),
    )


# --- cases -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bar:
    label: Phrase
    now: int
    before: int


def _lines(bars: Sequence[_Bar]) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(
            "{mark} {label}: {count} (before: {before})", mark=mark, label=bar.label, count=bar.now, before=bar.before
        )
        for mark, bar in zip(MARKS, bars, strict=False)
    )


def _cases(f: Findings) -> Phrase:
    line = Phrase("{count} (before: {before})", count=f.now.cases, before=f.before.cases)
    if not f.now.orders:
        return line
    rate = Phrase("{rate} for every 100 orders", rate=_tenths(f.now.cases * 100, f.now.orders))
    if f.before.orders:
        rate = _with(rate, _decimal(_tenths(f.before.cases * 100, f.before.orders)))
    return Phrase("{cases}; {rate}", cases=line, rate=rate)


def _remedies(f: Findings) -> list[_Bar]:
    return _bars({r.value: vocabulary.REMEDY_NAMES[r] for r in Remedy}, f.now.by_remedy, f.before.by_remedy)


def _reasons(f: Findings) -> list[_Bar]:
    return _bars({r.value: vocabulary.REASON_NAMES[r] for r in Reason}, f.now.by_reason, f.before.by_reason)[
        :_MOST_REASONS
    ]


def _bars(labels: Mapping[str, Phrase], now: Mapping[str, int], before: Mapping[str, int]) -> list[_Bar]:
    """The most frequent first."""
    names = sorted((name for name in labels if now.get(name)), key=lambda name: -now[name])
    return [_Bar(labels[name], now[name], before.get(name, 0)) for name in names]


def _products(f: Findings) -> list[_Bar]:
    before = {product.product: product.cases for product in f.before.products}
    return [
        _Bar(Phrase("{title}", title=_short(it.title)), it.cases, before.get(it.product, 0))
        for it in f.now.products[:_MOST_PRODUCTS]
    ]


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


# --- figures ---------------------------------------------------------------------------------------------------


def _answers(f: Findings) -> tuple[Phrase, ...]:
    now, before = f.now, f.before
    peers = comparable(now, f.peers)
    answer = _spread(now.answer)
    lines = [
        answer
        and _with(
            Phrase("First answer: {time}", time=answer), _span(before.answer.median), _best(Measure.ANSWER, peers)
        ),
        _shared(
            lambda share: Phrase("Deadlines met: {share}", share=share),
            Share(now.kept, now.kept + now.missed),
            Share(before.kept, before.kept + before.missed),
            _best(Measure.KEPT, peers),
        ),
        _shared(
            lambda share: Phrase("Offers accepted: {share}", share=share),
            Share(now.accepted, now.offers),
            Share(before.accepted, before.offers),
            _best(Measure.ACCEPTED, peers),
        ),
        _shared(
            lambda share: Phrase("Cases that needed an arbitrator: {share}", share=share),
            Share(now.escalated, now.cases),
            Share(before.escalated, before.cases),
            _best(Measure.ESCALATED, peers),
        ),
    ]
    return tuple(line for line in lines if line)


def _ends(f: Findings) -> tuple[Phrase, ...]:
    now, before = f.now, f.before
    resolution = _spread(now.resolution)
    lines = [
        resolution and _with(Phrase("From start to end: {time}", time=resolution), _span(before.resolution.median)),
        _shared(
            lambda share: Phrase("Rulings changed on appeal: {share}", share=share),
            Share(now.reversed, now.appealed),
            Share(before.reversed, before.appealed),
        ),
        *_costs(f),
        _rating(f),
    ]
    return tuple(line for line in lines if line)


def _costs(f: Findings) -> list[Phrase]:
    before = {costs.currency: costs for costs in f.before.costs}
    lines = []
    for costs in f.now.costs:
        what = Phrase(
            "Given back: {refunds}, and {shipping} for return shipping",
            refunds=Money(costs.refunds, costs.currency),
            shipping=Money(costs.shipping, costs.currency),
        )
        old = before.get(costs.currency)
        whole = Phrase("{amount}", amount=Money(old.refunds + old.shipping, costs.currency)) if old else None
        lines.append(_with(what, whole))
    return lines


def _rating(f: Findings) -> Phrase | None:
    now, before = f.now, f.before
    if not now.ratings:
        return None
    mark, outcome = careful_mark(now.service, now.ratings), careful_mark(now.outcome, now.outcomes)
    if mark is None:
        return Phrase.counted("{n} rating, too few for a figure", "{n} ratings, too few for a figure", now.ratings)
    line = Phrase.counted(
        "Service: {mark} of 5, from {n} rating", "Service: {mark} of 5, from {n} ratings", now.ratings, mark=mark
    )
    if outcome is not None:
        line = Phrase("{service}; outcome: {mark} of 5", service=line, mark=outcome)
    old = careful_mark(before.service, before.ratings)
    return _with(line, None if old is None else _decimal(old), _best(Measure.SERVICE, comparable(now, f.peers)))


def _spread(spread: Spread) -> Phrase | None:
    if spread.median is None or spread.p90 is None:
        return None
    return Phrase(
        "half within {median}, nine of ten within {p90}", median=_rounded(spread.median), p90=_rounded(spread.p90)
    )


def _span(seconds: int | None) -> Phrase | None:
    return None if seconds is None else Phrase("{time}", time=_rounded(seconds))


def _rounded(seconds: int) -> timedelta:
    """As one says it: minutes up to two hours, hours up to two days, then days and hours."""
    exact = (
        timedelta(minutes=1) if seconds < 7200 else timedelta(hours=1) if seconds < 14 * 86400 else timedelta(days=1)
    )
    return (timedelta(seconds=seconds) + exact / 2) // exact * exact


def _shared(say: object, now: Share, before: Share, best: Phrase | None = None) -> Phrase | None:
    """A share, where there is something to share."""
    assert callable(say)
    line: Phrase = say(_share(now))
    return _with(line, _share(before) if before.of else None, best) if now.of else None


def _share(share: Share) -> Phrase:
    """In percent; small numbers as they are."""
    if share.of < LEAST_CASES:
        return Phrase("{hits} of {of}", hits=share.hits, of=share.of)
    return Phrase("{percent}%", percent=share.percent)


def _best(measure: Measure, peers: Sequence[Peer]) -> Phrase | None:
    found = best_quarter(measure, peers)
    if found is None:
        return None
    match measure:
        case Measure.ANSWER:
            return _span(found)
        case Measure.SERVICE:
            return _decimal(Decimal(found) / 10)
    return Phrase("{percent}%", percent=(found + 5) // 10)


def _with(what: Phrase, before: Phrase | None, best: Phrase | None = None) -> Phrase:
    """A figure with the one of the time before, and what the best quarter of comparable stores reaches."""
    if before and best:
        return Phrase(
            "{what} (before: {before}; the best quarter of comparable stores: {best})",
            what=what,
            before=before,
            best=best,
        )
    if before:
        return Phrase("{what} (before: {before})", what=what, before=before)
    if best:
        return Phrase("{what} (the best quarter of comparable stores: {best})", what=what, best=best)
    return what


def _tenths(hits: int, of: int) -> Decimal:
    return (Decimal(hits) / Decimal(of)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _decimal(number: Decimal) -> Phrase:
    return Phrase("{number}", number=number)


# --- suggestions -----------------------------------------------------------------------------------------------

_CURES: Final = {
    Reason.FAULTY.value: Phrase("Test it before it is sent, and speak to whoever makes it."),
    Reason.DAMAGED.value: Phrase("Look at how it is packed."),
    Reason.WRONG_ITEM.value: Phrase("Look at how it is picked and labelled."),
    Reason.PARTS_MISSING.value: Phrase("Check its parts against a list before it is sent."),
    Reason.NOT_AS_DESCRIBED.value: Phrase("Look at its title, pictures and sizes in the shop."),
    Reason.NOT_ARRIVED.value: Phrase("Look at the carrier, and send buyers the tracking number."),
}


def _advice(f: Findings) -> tuple[Phrase, ...]:
    return tuple(Phrase("{n}. {what}", n=n, what=_advised(s, f.now)) for n, s in enumerate(f.advice, start=1))


def _advised(s: Suggestion, figures: Figures) -> Phrase:
    match Advised(s.kind):
        case Advised.MISSED:
            return Phrase(
                "{share} of your deadlines passed without an answer. Who stands in when nobody is at the desk?",
                share=_share(Share(figures.missed, figures.kept + figures.missed)),
            )
        case Advised.SLOW:
            return Phrase(
                "Half of the buyers wait more than {time} for a first answer. A short word on the same day calms most.",
                time=_rounded(figures.answer.median or 0),
            )
        case Advised.PRODUCT:
            return _product_advice(s, figures)
        case Advised.ESCALATED:
            return Phrase(
                "{share} of the cases went to an arbitrator. An offer before a refusal settles many of them.",
                share=_share(Share(figures.escalated, figures.cases)),
            )
        case Advised.DECLINED:
            return Phrase(
                "{taken} of {offers} offers were accepted. Begin closer to what the buyer asks for.",
                taken=figures.accepted,
                offers=figures.offers,
            )
    return Phrase("Buyers are not content with the service. Read their words in the last ratings, and answer them.")


def _product_advice(s: Suggestion, figures: Figures) -> Phrase:
    share = reason_share(s, figures)  # of no fewer cases than a share is told in percent of: see `suggestions`
    line = Phrase(
        "{title}: in {share} of {count} cases the reason is “{reason}”. {cure}",
        title=_short(s.title),
        share=Phrase("{percent}%", percent=share.percent),
        count=share.of,
        reason=vocabulary.REASON_NAMES[Reason(s.reason)],
        cure=_CURES[s.reason],
    )
    return Phrase("{advice} Buyers often write: {words}.", advice=line, words=s.words) if s.words else line


_TRIED: Final = {
    Advised.MISSED: Phrase("Missing fewer deadlines"),
    Advised.SLOW: Phrase("Answering sooner"),
    Advised.ESCALATED: Phrase("Settling without an arbitrator"),
    Advised.DECLINED: Phrase("Making offers that are accepted"),
    Advised.SERVICE: Phrase("Better service"),
}


def _tried(f: Findings) -> tuple[Phrase, ...]:
    lines = []
    for s in f.tried:
        what = Phrase("{title}", title=_short(s.title)) if s.title else _TRIED[Advised(s.kind)]
        match has_worked(s, f.now):
            case True:
                lines.append(Phrase("{what}: it has worked.", what=what))
            case False:
                lines.append(Phrase("{what}: no better yet.", what=what))
    return tuple(lines)
