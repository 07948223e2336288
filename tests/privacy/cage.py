"""Books with a canary in every place where personal data can stand: each field, each kind of part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from leadbook.model.catalogue import load_catalogue
from tests.books import BODY_ROW, HEADER_ROW, KEY_ROW, LEADS, book, columns, edited, packed, parts

VICTIM: Final = "Kanarische Mühlen GmbH"
NEIGHBOUR: Final = "North Pier Tools Ltd"
PERSON: Final = "Kanaria Vogelsang"
FULL_NAMES: Final = ("Kanaria Vogelsang", "Kanarto Ottmar", "Kanurka Lindner")
# Free text that a rep writes, and the people named: never to be printed.
_KINDS: Final = ("text", "plan", "contact", "chain", "people")


def canary(key: str) -> str:
    """The text planted in one field: no word of any language, found whole wherever it ends up."""
    return "Kanari" + "".join(chr(ord("a") + int(digit, 16)) for digit in key.encode().hex()[:16])


def _fields(table: str) -> Iterable[tuple[str, str, str]]:
    for field in load_catalogue().table(table).fields:
        if field.owner == "rep" and field.kind in _KINDS:
            yield field.key, field.kind, field.sensitivity


def planted(table: str = "lead") -> dict[str, str]:
    """Field key -> canary of the fields that may not be printed, as they are typed."""
    out = {}
    for key, kind, sensitivity in _fields(table):
        if sensitivity != "public":
            out[key] = f"Decides: CEO {canary(key)} Adler" if kind == "chain" else canary(key)
    return out


def victim(**more: Any) -> dict[str, Any]:
    """A lead with a canary in each field that can hold one."""
    words = planted()
    words["contact_means"] = "kanari.vogel@example.com"
    return {
        "company_name": VICTIM, "tax_id": "KANARI77120045", "customer_type": "new", "owner": "Ana Kim",
        "region": "CN", "urgency_stated": "high", "importance_stated": "high", "need_clarity": "clear",
        "last_contact": date(2026, 6, 1), "contact_channel": "phone", **words,
        "contact_name": PERSON, "next_plan": "Kanarivertrag am 30.06.2026 senden",
        "first_quote_at": date(2026, 6, 12), "expected_amount": "USD 77123", **more,
    }  # fmt: skip


TALK: Final = {
    "lead_name": VICTIM, "at": "2026-06-01 10:00", "channel": "phone", "our_participants": "Ana Kim",
    "customer_participants": "CEO Kanarto Ottmar", "content": "Kanarigespraech ueber Preise",
    "next_plan": "Kanarirueckruf am 20.06.2026",
}  # fmt: skip


@cache
def caged() -> bytes:
    """The usual leads, the victim among them, two talks."""
    theirs = {"lead_name": NEIGHBOUR, "customer_participants": "J*", "content": "Nachbar", "next_plan": None}
    return book([*LEADS[:3], victim(), *LEADS[3:]], [TALK, {**TALK, **theirs}])


@cache
def furnished(data: bytes) -> bytes:
    """The book after its team worked with it: own columns, notes, links, charts, names, properties, a sheet of its
    own, and parts of other programs; a canary in each."""

    def work(workbook: Workbook) -> None:
        leads = workbook["Leads"]
        at = columns(leads)
        row = next(r for r in range(BODY_ROW, BODY_ROW + 30) if leads.cell(r, at["company_name"]).value == VICTIM)
        _own_column(leads, row)
        leads.cell(row, at["company_name"]).comment = Comment("Kanarinotiz am Feld", "Ana Kim")
        leads.cell(row, at["contact_means"]).hyperlink = "mailto:kanari.link@example.com"
        leads.oddHeader.center.text = "Kanarikopf"
        rule = DataValidation(type="list", formula1='"Kanarieins,Kanarizwei"')
        leads.add_data_validation(rule)
        rule.add("ZZ1")
        own = workbook.create_sheet("Kanariblatt")
        own.append([VICTIM, "=A1", 77120045])
        own.append(["Kanarizelle", 3])
        chart = BarChart()
        chart.title = "Kanaridiagramm"
        chart.add_data(Reference(own, min_col=2, min_row=1, max_row=2))
        own.add_chart(chart, "E2")
        properties = workbook.properties
        properties.creator, properties.lastModifiedBy, properties.title = "Kanariautor", "Kanarileser", "Kanarititel"
        properties.keywords, properties.description = "Kanarischlag", "Kanaritext"

    return with_parts(edited(data, work))


def _own_column(leads: Any, row: int) -> None:
    """A column of the team's own at the right edge of the table."""
    table = leads.tables["LB_Leads"]
    column = max(columns(leads).values()) + 1
    leads.cell(HEADER_ROW, column, "Kanarispalte")
    leads.cell(row, column, "Kanarieigen")
    leads.cell(KEY_ROW, column).value = None
    left, right = table.ref.split(":")
    from openpyxl.utils import get_column_letter

    bottom = "".join(filter(str.isdigit, right))
    table.ref = f"{left}:{get_column_letter(column)}{bottom}"
    table.autoFilter.ref = table.ref
    from openpyxl.worksheet.table import TableColumn

    table.tableColumns.append(TableColumn(id=len(table.tableColumns) + 1, name="Kanarispalte"))


FOREIGN: Final[Mapping[str, str]] = {
    "customXml/item1.xml": '<memo xmlns="urn:x">Kanarimemo</memo>',
    "xl/persons/person.xml": '<personList xmlns="urn:x"><person displayName="Kanariperson"/></personList>',
    "xl/threadedComments/threadedComment9.xml": '<ThreadedComments xmlns="urn:x"><t>Kanarifaden</t></ThreadedComments>',
    "xl/pivotCache/pivotCacheDefinition9.xml": '<pivots xmlns="urn:x"><s v="Kanaripivot"/></pivots>',
    "xl/externalLinks/externalLink9.xml": '<externalLink xmlns="urn:x"><v>Kanarilink</v></externalLink>',
    "xl/charts/chart99.xml": '<chartSpace xmlns="urn:x"><v>Kanaricache</v></chartSpace>',
    "docProps/app.xml": '<Properties xmlns="urn:x"><Company>Kanarifirma</Company></Properties>',
    "xl/media/image9.png": "\x89PNG Kanaribild",
    "xl/printerSettings/printerSettings9.bin": "Kanaridrucker",
    "xl/vbaProject.bin": "Kanarimakro",
}  # fmt: skip


def with_parts(data: bytes) -> bytes:
    """Parts as other programs leave them, that no sheet leads to."""
    content = parts(data)
    content |= {name: text.encode("latin-1") for name, text in FOREIGN.items()}
    types = content["[Content_Types].xml"]
    more = b'<Default Extension="bin" ContentType="application/octet-stream"/>'
    more += b'<Default Extension="png" ContentType="image/png"/>'
    content["[Content_Types].xml"] = types.replace(b"</Types>", more + b"</Types>")
    return packed(content)


def every_text(data: bytes | Path) -> dict[str, str]:
    """All parts as text, in lower case, as a search over the unzipped package sees them; entities resolved."""
    from html import unescape

    source = io.BytesIO(data) if isinstance(data, bytes) else data
    with zipfile.ZipFile(source) as package:
        texts = {name: package.read(name) for name in package.namelist()}
    seen = {name: unescape(raw.decode("utf-8", "replace")).casefold() for name, raw in texts.items()}
    return seen | {f"{name} (utf-16)": raw.decode("utf-16-le", "ignore").casefold() for name, raw in texts.items()}


def traces(data: bytes | Path, *words: str) -> list[str]:
    """Parts in which one of the words occurs."""
    return [name for name, text in every_text(data).items() if any(word.casefold() in text for word in words)]
