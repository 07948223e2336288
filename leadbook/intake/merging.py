"""Forms and the book's row of one lead: what is written, what stays, and what is noted about it (R04, M3, R17).

The newest dated answer wins. A cell that a rep typed into the book gives way only to evidence that is known to be
newer, and never in silence. The result does not depend on the order of the forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from leadbook.intake.evidence import is_decided, is_remembered, remember, typed_day, typed_days
from leadbook.intake.forms import Answers, Talk, cell_text, meaning, text_mark
from leadbook.intake.identity import tax_key
from leadbook.intake.records import Differing, Given, Record
from leadbook.intake.values.company import company_key
from leadbook.model.raw import Uncached

NOT_IN_FORCE: Final = ("kept", "older", "even")  # what becomes of a form's value that is not written


class Held(NamedTuple):
    """A filled cell of the book: its text and what it says."""

    text: str
    says: str


@dataclass(slots=True)
class BookTalk:
    """One interaction of the book; ``filled`` are the fields that hold anything, ``content`` its text."""

    row: int
    identity: str
    moment: str
    filled: frozenset[str]
    content: str = ""


@dataclass(slots=True)
class BookLead:
    """One lead as the book has it now; ``row`` 0 and no cells for a new one. Without an id of its own (``own_id``) its
    key is the tax id, else the name. ``days``: what its date cells say (ISO); ``dated_by``: see ``evidence``."""

    row: int
    key: str
    name: str
    cells: Mapping[str, Held] = field(default_factory=dict)
    talks: list[BookTalk] = field(default_factory=list)
    own_id: bool = True
    tax_key: str = ""
    name_key: str = ""
    days: Mapping[str, str] = field(default_factory=dict)
    dated_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of LB_Changes: both values, each with where it came from and the day of its evidence (empty for none).
    ``what`` is taken, replaced, cleared, kept or older; ``before_from`` is empty for what people typed in the book."""

    field: str
    before: str
    after: str
    what: str
    file: str
    address: str
    before_from: str = ""
    before_on: str = ""
    after_on: str = ""


@dataclass(slots=True)
class Merged:
    """What becomes of one lead: cells to write by field (``None`` clears), interactions to add, cells to fill in
    those that are there, lines for LB_Changes."""

    lead: BookLead
    writes: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Answers] = field(default_factory=dict)
    new_talks: list[tuple[Talk, Answers]] = field(default_factory=list)
    talk_writes: dict[tuple[int, str], Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The lead's key once all this is written: a lead without an id gets another one with a tax id or name."""
        if self.lead.own_id:
            return self.lead.key
        tax, name = (
            (getattr(self.sources[key], kind) if key in self.sources else "") if key in self.writes
            else getattr(self.lead, kind)
            for key, kind in (("tax_id", "tax_key"), ("company_name", "name_key"))
        )  # fmt: skip
        return tax or name or self.lead.key


class _Offer(NamedTuple):
    day: str
    order: str
    says: str
    text: str
    value: Any
    answers: Answers


class _Standing(NamedTuple):
    """What a cell holds before a merge: its text, its form (empty: typed in the book) and the day of its evidence."""

    text: str
    source: str = ""
    day: str = ""


@dataclass(slots=True)
class _Case:
    """One lead while it is merged: ``of`` gives the record of each reading, ``typed`` the typed dates of the row."""

    out: Merged
    records: list[Record]
    of: Mapping[int, Record]
    mine: set[int] = field(default_factory=set)
    typed: Mapping[str, str] = field(default_factory=dict)
    typed_talk: str = ""

    def __post_init__(self) -> None:
        self.mine = {id(record) for record in self.of.values()}
        lead = self.out.lead
        self.typed = typed_days(lead.days, filter(self.owner, lead.cells), self.records)
        told = {identity for record in self.records for identity in record.talks}
        moments = (talk.moment[:10] for talk in lead.talks if talk.identity not in told and talk.moment[:2].isdigit())
        self.typed_talk = max(moments, default="")

    def owner(self, key: str) -> Record | None:
        """The record of the form that a filled cell came from."""
        held = self.out.lead.cells.get(key)
        mark = text_mark(held.text) if held else ""
        return next((r for r in self.records if (g := r.fields.get(key)) and g.mark == mark and not g.typed), None)

    def typed_day(self, key: str) -> str:
        """How fresh a typed cell is by the dates of its row; empty when nothing says."""
        return typed_day(self.out.lead.dated_by.get(key, ""), self.typed, self.typed_talk)

    def confirmed(self, key: str, held: Held) -> str:
        """The last day on which a form said the same as a typed cell; empty for never."""
        mark = text_mark(held.text)
        return max((g.day for r in self.records if (g := r.fields.get(key)) and g.typed and g.mark == mark), default="")

    def note(self, key: str, what: str, before: _Standing, offer: _Offer | None) -> None:
        """A line of LB_Changes; ``offer`` is the form's value, ``None`` where the form says nothing any more."""
        file = offer.answers.read.file if offer else next(iter(self.of.values())).file
        address = offer.answers.read.place(key) if offer else ""
        after, day = (offer.text, offer.day) if offer else ("", "")
        if what == "older" and before.day == day:
            what = "even"  # no date says which of them is newer
        self.out.lines.append(Line(key, before.text, after, what, file, address, before.source, before.day, day))


def merge_lead(lead: BookLead, told: Sequence[tuple[Answers, Record]], records: Iterable[Record]) -> Merged:
    """Merge what was ``told`` (each with its record, which is brought up to date) into one lead; ``records``: all
    records of this lead, those of ``told`` among them or new."""
    everyone = list({id(r): r for r in (*records, *(record for _, record in told))}.values())
    out = Merged(lead)
    case = _Case(out, everyone, {id(answers): record for answers, record in told})
    for record in case.of.values():
        record.differs = {}
    given = {key for answers, _ in told for key, value in answers.written.items() if cell_text(value)}
    given |= {key for record in everyone if id(record) in case.mine for key in record.fields if not is_remembered(key)}
    unknown = {key for answers, _ in told for key, cell in answers.cells.items() if isinstance(cell.value, Uncached)}
    for key in sorted(given):
        offers = sorted(_offers(key, [answers for answers, _ in told]), key=lambda offer: offer[:4])
        if offers or key not in unknown:  # a formula without its value clears nothing
            _decide(case, key, offers)
    _unite(out, told)
    return out


def _offers(key: str, told: Iterable[Answers]) -> Iterable[_Offer]:
    for answers in told:
        value = answers.written.get(key)
        text = cell_text(value)
        if text:
            says = meaning(answers.values.get(key), text)
            yield _Offer(answers.dates.get(key, ""), text_mark(says), says, text, value, answers)


def _decide(case: _Case, key: str, offers: list[_Offer]) -> None:
    held, owner = case.out.lead.cells.get(key), case.owner(key)
    if held and owner is None:
        _against_typed(case, key, held, offers)
        return
    standing = _Standing(held.text, owner.file, owner.fields[key].day) if held and owner else _Standing("")
    replaced = owner is not None and id(owner) in case.mine
    if not offers:
        if held and replaced:
            case.note(key, "cleared", standing, None)
            case.out.writes[key] = None
            _forget(key, case.records)
        return
    best = offers[-1]
    if held and owner and not replaced and (standing.day, text_mark(held.says)) >= best[:2]:
        for offer in offers:
            if offer.says != held.says:
                case.note(key, "older", standing, offer)
        return
    if held and held.says == best.says:
        _forget(key, case.records)
        case.of[id(best.answers)].fields[key] = Given(text_mark(held.text), best.day)
    else:
        _take(case, key, best, "taken", standing)
    _tell_older(case, key, offers[:-1], best)


def _take(case: _Case, key: str, best: _Offer, what: str, standing: _Standing) -> None:
    _forget(key, case.records)
    case.of[id(best.answers)].fields[key] = Given(text_mark(best.text), best.day)
    case.out.writes[key], case.out.sources[key] = best.value, best.answers
    if case.out.lead.row:
        case.note(key, what, standing, best)


def _tell_older(case: _Case, key: str, offers: Iterable[_Offer], best: _Offer) -> None:
    place = best.answers.read.place(key)
    standing = _Standing(best.text, f"{best.answers.read.file}!{place}" if place else best.answers.read.file, best.day)
    for offer in offers:
        if offer.says != best.says:
            case.note(key, "older", standing, offer)


def _against_typed(case: _Case, key: str, held: Held, offers: list[_Offer]) -> None:
    """A typed cell gives way to newer evidence alone; either way both values are kept and a finding names them."""
    day, confirmed = case.typed_day(key), case.confirmed(key, held)
    standing, least = _Standing(held.text, "", max(day, confirmed)), (confirmed, text_mark(held.says))
    newer = [offer for offer in offers if day and offer.day > day and offer[:2] > least]
    best = next((offer for offer in reversed(newer) if not _said_before(case, key, offer)), None)
    best = None if is_decided(key) else best
    if best is not None and not _agrees(key, held, best):
        record = case.of[id(best.answers)]
        remember(record, key, case.typed.get(key, ""))
        # Of two forms of one day one may have said the same as the cell: it is still as old as its row.
        _take(case, key, best, "replaced", standing if standing.day < best.day else standing._replace(day=day))
        record.differs[key] = Differing(text_mark(best.text), _cell(best, key), won=True)
        _tell_older(case, key, (offer for offer in offers if offer is not best), best)
        return
    for offer in offers:
        record = case.of[id(offer.answers)]
        if _agrees(key, held, offer):
            record.fields[key] = Given(text_mark(held.text), offer.day, typed=True)
        else:
            record.differs[key] = Differing(text_mark(held.text), _cell(offer, key))
            case.note(key, "kept", standing, offer)


def _said_before(case: _Case, key: str, offer: _Offer) -> bool:
    """Whether the form filled this cell with the same before somebody typed over it: that is no newer evidence."""
    given = case.of[id(offer.answers)].fields.get(key)
    return given is not None and not given.typed and given.mark == text_mark(offer.text)


def _cell(offer: _Offer, key: str) -> str:
    return offer.answers.read.place(key).rpartition("!")[2]


def _agrees(key: str, held: Held, offer: _Offer) -> bool:
    return offer.says == held.says or _same_identity(key, held.text, offer.text)


def _same_identity(key: str, one: str, two: str) -> bool:
    if key == "company_name":
        return company_key(one) == company_key(two)
    return key == "tax_id" and tax_key(one) == tax_key(two)


def _forget(key: str, records: Iterable[Record]) -> None:
    for record in records:
        record.fields.pop(key, None)


def _unite(out: Merged, told: Sequence[tuple[Answers, Record]]) -> None:
    """Interactions of all, each once; blanks of one that is there are filled, an edited one is brought up to date."""
    there = {talk.identity: talk for talk in out.lead.talks}
    added: dict[str, tuple[Talk, Answers]] = {}
    said: dict[int, set[str]] = {}
    for answers, record in told:
        said.setdefault(id(record), set()).update(talk.identity for talk in answers.talks)
    for answers, record in sorted(told, key=lambda pair: (pair[0].read.digest, pair[0].read.file, pair[0].read.row)):
        now = said[id(record)]
        for talk in sorted(answers.talks, key=lambda t: (t.moment, t.identity)):
            if talk.identity in there:
                _fill(out, there[talk.identity], talk)
            elif talk.identity in added:
                first, by = added[talk.identity]
                written = {**talk.written, **first.written}
                added[talk.identity] = (Talk(first.identity, first.moment, written, first.address), by)
            elif edited := _edited(talk, record, now, there):
                _update(out, edited, talk, answers)
                there[talk.identity] = edited
            else:
                added[talk.identity] = (talk, answers)
    for _, record in told:
        record.talks = sorted(said[id(record)])
    out.new_talks = sorted(added.values(), key=lambda pair: (pair[0].moment, pair[0].identity))


def _fill(out: Merged, held: BookTalk, talk: Talk) -> None:
    for key, value in talk.written.items():
        if key not in held.filled and cell_text(value):
            out.talk_writes.setdefault((held.row, key), value)


def _edited(talk: Talk, record: Record, now: set[str], there: Mapping[str, BookTalk]) -> BookTalk | None:
    """The interaction of the book that this form gave earlier for the same moment and now words otherwise."""
    before = (there[identity] for identity in record.talks if identity in there and identity not in now)
    return next((held for held in before if held.moment == talk.moment), None)


def _update(out: Merged, held: BookTalk, talk: Talk, answers: Answers) -> None:
    """The new wording; what else the row holds may have been typed in the book and stays."""
    _fill(out, held, talk)
    out.talk_writes[held.row, "content"] = talk.written.get("content")
    file, day = answers.read.file, held.moment[:10]
    out.lines.append(Line("content", held.content, cell_text(talk.written.get("content")), "taken", file, talk.address,
                          file, day, talk.moment[:10]))  # fmt: skip
