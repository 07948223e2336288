"""Forms and the book's row of one lead: what is written, what stays, and what is noted about it (R04, M3, R17).

The newest dated answer wins among forms; a cell that a rep typed into the book is never overwritten. The result
does not depend on the order of the forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leadbook.intake.forms import Answers, Talk, cell_text, meaning, text_mark
from leadbook.intake.identity import tax_key
from leadbook.intake.records import Differing, Given, Record
from leadbook.intake.values.company import company_key


class Held(NamedTuple):
    """A filled cell of the book: its text and what it says."""

    text: str
    says: str


@dataclass(slots=True)
class BookTalk:
    """One interaction of the book; ``filled`` are the fields that hold anything."""

    row: int
    identity: str
    moment: str
    filled: frozenset[str]


@dataclass(slots=True)
class BookLead:
    """One lead as the book has it now; ``row`` 0 and no cells for a new one. Without an id of its own (``own_id``) its
    key is the tax id, else the name."""

    row: int
    key: str
    name: str
    cells: Mapping[str, Held] = field(default_factory=dict)
    talks: list[BookTalk] = field(default_factory=list)
    own_id: bool = True
    tax_key: str = ""
    name_key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of LB_Changes; ``what`` is taken, cleared, kept or older, ``source`` the form's cell."""

    field: str
    before: str
    after: str
    what: str
    file: str
    address: str


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


def merge_lead(lead: BookLead, told: Sequence[tuple[Answers, Record]], records: Iterable[Record]) -> Merged:
    """Merge what was ``told`` (each with its record, which is brought up to date) into one lead; ``records``: all
    records of this lead, those of ``told`` among them or new."""
    everyone = list({id(r): r for r in (*records, *(record for _, record in told))}.values())
    out = Merged(lead)
    by_answers = {id(answers): record for answers, record in told}
    mine = {id(record) for record in by_answers.values()}
    for record in by_answers.values():
        record.differs = {}
    given = {key for answers, _ in told for key, value in answers.written.items() if cell_text(value)}
    given |= {key for record in everyone if id(record) in mine for key in record.fields}
    for key in sorted(given):
        offers = sorted(_offers(key, [answers for answers, _ in told]), key=lambda offer: offer[:4])
        _decide(out, key, offers, everyone, mine, by_answers)
    _unite(out, told)
    return out


def _offers(key: str, told: Iterable[Answers]) -> Iterable[_Offer]:
    for answers in told:
        value = answers.written.get(key)
        text = cell_text(value)
        if text:
            says = meaning(answers.values.get(key), text)
            yield _Offer(answers.dates.get(key, ""), text_mark(says), says, text, value, answers)


def _decide(
    out: Merged, key: str, offers: list[_Offer], records: list[Record], mine: set[int], of: Mapping[int, Record]
) -> None:
    held = out.lead.cells.get(key)
    owner = next((r for r in records if held and key in r.fields and r.fields[key].mark == text_mark(held.text)), None)
    if held and owner is None:
        _keep_typed(out, key, held, offers, of)
        return
    replaced = owner is not None and id(owner) in mine
    if not offers:
        if held and replaced:
            _note(out, key, held.text, "", "cleared", None, of)
            out.writes[key] = None
            _forget(key, records)
        return
    best = offers[-1]
    if held and owner and not replaced and (owner.fields[key].day, text_mark(held.says)) >= best[:2]:
        for offer in offers:
            if offer.says != held.says:
                _note(out, key, held.text, offer.text, "older", offer, of)
        return
    _forget(key, records)
    record = of[id(best.answers)]
    if held and held.says == best.says:
        record.fields[key] = Given(text_mark(held.text), best.day)
    else:
        record.fields[key] = Given(text_mark(best.text), best.day)
        out.writes[key], out.sources[key] = best.value, best.answers
        if out.lead.row:
            _note(out, key, held.text if held else "", best.text, "taken", best, of)
    for offer in offers[:-1]:
        if offer.says != best.says:
            _note(out, key, best.text, offer.text, "older", offer, of)


def _keep_typed(out: Merged, key: str, held: Held, offers: list[_Offer], of: Mapping[int, Record]) -> None:
    """A typed cell stays; a form that says otherwise is noted, and a finding names both places."""
    for offer in offers:
        if offer.says == held.says or _same_identity(key, held.text, offer.text):
            continue
        record = of[id(offer.answers)]
        record.differs[key] = Differing(text_mark(held.text), offer.answers.read.place(key).rpartition("!")[2])
        _note(out, key, held.text, offer.text, "kept", offer, of)


def _same_identity(key: str, one: str, two: str) -> bool:
    if key == "company_name":
        return company_key(one) == company_key(two)
    return key == "tax_id" and tax_key(one) == tax_key(two)


def _forget(key: str, records: Iterable[Record]) -> None:
    for record in records:
        record.fields.pop(key, None)


def _note(
    out: Merged, key: str, before: str, after: str, what: str, offer: _Offer | None, of: Mapping[int, Record]
) -> None:
    file = offer.answers.read.file if offer else next(iter(of.values())).file
    address = offer.answers.read.place(key) if offer else ""
    out.lines.append(Line(key, before, after, what, file, address))


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
    out.lines.append(Line("content", "", cell_text(talk.written.get("content")), "taken", answers.read.file,
                          talk.address))  # fmt: skip
