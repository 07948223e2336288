"""Forms for tests: the ready template filled as a rep fills it, generated sets of them, files that are no forms."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook.changes import BlockChange, Change, TableChange
from leadbook.workbook.crypt import encrypt
from leadbook.workbook.package import Package
from leadbook.workbook.writeback import write_back
from tests.samples.random_leads import make_leads

ROOT = Path(__file__).resolve().parents[1]
Row = Mapping[str, Any]
_MONEY = re.compile(r"([A-Z]{3}) (\d+)-(\d+)")
_SYLLABLES = ("ba", "ko", "ri", "ten", "mu", "lo", "sha", "ve", "dong", "pax", "zu", "nim", "qua", "fel", "gor", "hin")
_HAN = "明河晴川安泰博远鼎丰恒利锦程凯旋隆兴铭宇启航瑞祥盛达腾飞"
_FORMS = {"en": "{} Ltd", "zh-Hans": "{}有限公司", "zh-Hant": "{}股份有限公司", "vi": "Công ty TNHH {}"}


@cache
def template(language: str = "en") -> bytes:
    return (ROOT / "templates" / f"form.{language}.xlsx").read_bytes()


@cache
def offered(language: str) -> frozenset[str]:
    """The keys that a form has a cell for: what is set by hand is set in the book alone."""
    names = Package.from_bytes(template(language), "form.xlsx").defined_names
    return frozenset(name.removeprefix("LB_F.") for name in names if name.startswith("LB_F."))


def filled(answers: Row, talks: Sequence[Row] = (), language: str = "en", start: bytes | None = None) -> bytes:
    """A form with answers by key (``budget.low`` for a part) and interactions; ``start``: an earlier version of it."""
    changes: list[Change] = [BlockChange(f"LB_F.{key}", [[value]]) for key, value in answers.items()]
    if talks:
        keys = dict.fromkeys(key for talk in talks for key in talk)
        columns = {key: [talk.get(key) for talk in talks] for key in keys}
        changes.append(TableChange("LB_Interactions", columns, "append_update", [0] * len(talks)))
    return write_back(Package.from_bytes(start or template(language), "form.xlsx"), changes).data


def in_parts(row: Row) -> dict[str, Any]:
    """Answers of a book row as a form has them: amounts in cells of their own."""
    out = dict(row)
    for key in ("budget", "expected_amount"):
        found = _MONEY.fullmatch(str(out.pop(key, "")))
        if found:
            out |= {f"{key}.low": float(found[2]), f"{key}.high": float(found[3])}
            out["budget.currency" if key == "budget" else "currency"] = found[1]
    return out


@dataclass(frozen=True)
class Made:
    """One generated form: what was typed, in which language, and the package."""

    name: str
    language: str
    answers: Row
    talks: Sequence[Row]
    data: bytes


def company(number: int, language: str, chance: random.Random) -> str:
    """A company name unlike the others."""
    if language.startswith("zh"):
        return _FORMS[language].format("".join(chance.sample(_HAN, 6)) + str(number))
    return _FORMS[language].format("".join(chance.choices(_SYLLABLES, k=5)).capitalize() + f" {number}")


@cache
def make_forms(count: int, seed: int = 1, today: date = date(2026, 6, 15)) -> tuple[Made, ...]:
    """``count`` filled forms in the four languages in turn; same arguments, same bytes."""
    chance, catalogue, out = random.Random(seed), load_catalogue(), []
    rows = {}
    for language in LANGUAGES:
        made = make_leads(seed, count // len(LANGUAGES) + 1, today, catalogue, load_labels(language))
        rows[language] = made
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        made = rows[language]
        row = made.leads[number // len(LANGUAGES)]
        talks = [t for t in made.interactions if t["lead_name"] == row["company_name"]]
        name = company(number, language, chance)
        answers = {**in_parts(row), "company_name": name, "owner": chance.choice(("王芳", "Lê Minh", "Ana Kim"))}
        answers = {key: answer for key, answer in answers.items() if key in offered(language)}
        said = [{**{k: v for k, v in talk.items() if k != "lead_name"}, "content": f"point {n}"}
                for n, talk in enumerate(talks)]  # fmt: skip
        out.append(Made(name, language, answers, said, filled(answers, said, language)))
    return tuple(out)


def _without(data: bytes, part: str) -> bytes:
    return _repacked(data, lambda name, content: None if name == part else content)


def _repacked(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def _spoilt(data: bytes) -> bytes:
    """The first sheet no longer agrees with its check sum."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    crc = entry.CRC.to_bytes(4, "little")
    return data.replace(crc, bytes(b ^ 0xFF for b in crc))


def _doctype(data: bytes) -> bytes:
    head = b'<!DOCTYPE x [<!ENTITY a "b">]>'
    return _repacked(data, lambda n, c: c.replace(b"<worksheet", head + b"<worksheet", 1) if "sheet1.xml" in n else c)


def no_form() -> bytes:
    book, target = Workbook(), io.BytesIO()
    book.active.append(["just", "some", "numbers"])  # type: ignore[union-attr]
    book.save(target)
    return target.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What is wrong with a file -> (how to make it of a good one, the reason that must be given).
DAMAGES: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "empty_file"),
    "cut off": (lambda data: data[: len(data) // 2], "truncated_file"),
    "encrypted": (lambda data: encrypt(data, "a word", "form.xlsx"), "form_encrypted"),
    "xls renamed": (lambda data: OLE + bytes(2000), "old_xls"),
    "csv renamed": (lambda data: b"name,phone\r\nA,1\r\n", "text_file"),
    "html renamed": (lambda data: b"<html><table><tr><td>1</td></tr></table></html>", "html_file"),
    "flipped byte": (_spoilt, "damaged_zip"),
    "sheet lost": (lambda data: _without(data, "xl/worksheets/sheet1.xml"), "missing_part"),
    "no form in it": (lambda data: no_form(), "no_form"),
    "no company": (lambda data: filled({"goals": "grow"}), "form_nameless"),
    "doctype": (_doctype, "doctype"),
    "pdf renamed": (lambda data: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "unknown_file"),
}  # fmt: skip


def customer_sheet(rows: Sequence[Row], language: str = "en", lead: int = 2) -> bytes:
    """A plain list of customers with a title above its headers, as somebody else's program exports it."""
    labels, book, target = load_labels(language), Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Customers 2026"])
    for _ in range(lead - 1):
        sheet.append([])
    keys = list(dict.fromkeys(key for row in rows for key in row))
    sheet.append([labels.header("lead", key) if labels.has(f"lead.{key}") else key for key in keys])
    for row in rows:
        sheet.append([row.get(key) for key in keys])
    book.save(target)
    return target.getvalue()
