"""Books for tests of whole runs: built from the templates, changed by hand, run through the command line."""

from __future__ import annotations

import contextlib
import gc
import io
import shutil
import signal
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl import Workbook, load_workbook

from leadbook.cli import main
from leadbook.cli.failures import chosen_language
from leadbook.labels import load_labels
from leadbook.model.catalogue import Catalogue, load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book

DAY = "2026-06-15"
KEY_ROW, HEADER_ROW, BODY_ROW = 4, 5, 6
Row = Mapping[str, Any]

LEADS: tuple[Row, ...] = (
    {
        "company_name": "明河机械有限公司", "customer_type": "新客户", "industry": "制造业-专用设备生产",
        "region": "CN",
        "company_size": "500-1000人，年营收1-5亿元", "contact_name": "张*", "contact_title": "生产总监",
        "contact_means": "13800000000",
        "decision_chain": "最终决策人：总经理李*；影响者：技术主管王*",
        "pain_points": "停机多", "explicit_need": "新产线，预算200-300万元", "urgency_stated": "高",
        "importance_stated": "高", "last_contact": date(2026, 6, 1), "contact_channel": "拜访",
        "needed_by": date(2026, 7, 5), "owner": "王芳",
        "need_clarity": "clear", "tags": "重点、老乡", "rep_score": 4, "first_quote_at": datetime(2026, 6, 12, 17, 0),
        "info_source": "customer", "info_date": date(2026, 6, 1), "next_plan": "6月20日前提供方案",
    },
    {
        "company_name": "Công ty TNHH Sao Mai", "customer_type": "Khách hàng tiềm năng", "industry": "Sản xuất",
        "company_size": "80 người", "region": "VN", "owner": "Lê Minh", "importance_stated": "Trung bình",
        "last_contact": "04/05/2026", "contact_channel": "phone", "expected_amount": "2-3 tỷ đồng",
        "needed_by": "30/10/2026", "info_source": "website", "info_date": "2026-05-01",
    },
    {
        "company_name": "North Pier Tools Ltd", "customer_type": "Existing customer", "past_projects": "line 1",
        "satisfaction": 4, "new_needs": "second line", "region": "HK", "owner": "Ana Kim", "tax_id": "9988",
        "last_contact": date(2026, 3, 2), "contact_channel": "email", "goals": "grow",
        "competition": "no_alternative", "expected_amount": "USD 50k",
    },
    {
        "company_name": "晴川科技股份有限公司", "customer_type": "戰略客戶", "industry": "C", "company_size": "2000人",
        "decision_chain": "最終決策人：總經理陳*", "pain_points": "交期", "past_projects": "A 案", "satisfaction": 5,
        "new_needs": "二期", "region": "台灣", "owner": "王芳", "urgency_stated": "低", "importance_stated": "高",
        "last_contact": "民國115年5月20日", "contact_channel": "會議", "info_source": "customer",
        "info_date": "2026-05-20",
    },
    {
        "company_name": "Quiet Harbour GmbH", "customer_type": "new", "company_size": "12 people", "region": "other",
        "decision_chain": "Decides: CEO J*", "pain_points": "slow tools", "owner": "Ana Kim",
        "last_contact": date(2026, 1, 12), "response_speed": "silent", "info_source": "report",
        "info_date": date(2026, 1, 10),
    },
)  # fmt: skip
TALKS: tuple[Row, ...] = (
    {
        "lead_name": "明河机械有限公司", "at": datetime(2026, 6, 1, 10, 0), "channel": "拜访",
        "our_participants": "王芳", "reaction": "positive",
    },
    {
        "lead_name": "North Pier Tools Ltd", "at": datetime(2026, 3, 2, 9, 30), "channel": "email",
        "our_participants": "Ana Kim",
    },
)  # fmt: skip
TEAM: tuple[Row, ...] = ({"rep": "王芳"}, {"rep": "Lê Minh"}, {"rep": "Ana Kim"})

# A team's own fields, as an extension file holds them.
EXTENSION = {
    "properties": {
        "machine_count": {
            "type": "integer",
            "minimum": 0,
            "maximum": 500,
            "x-leadbook": {
                "kind": "integer",
                "widget": "whole",
                "width": 12,
                "order": 795,
                "section": "profile",
                "sensitivity": "public",
                "owner": "rep",
            },
        },
        "site_code": {
            "type": "string",
            "pattern": "^[A-Z]{2}-[0-9]{3}$",
            "x-leadbook": {
                "kind": "text",
                "widget": "text",
                "width": 12,
                "order": 796,
                "section": "profile",
                "sensitivity": "internal",
                "owner": "rep",
            },
        },
        "press_brand": {
            "enum": ["oak", "elm"],
            "x-leadbook": {
                "kind": "choice",
                "list": "press_brand",
                "widget": "list",
                "width": 12,
                "order": 797,
                "section": "profile",
                "sensitivity": "public",
                "owner": "rep",
            },
        },
    },
    "choices": {"press_brand": ["oak", "elm"]},
    "labels": {
        language: {
            "lead.machine_count": count,
            "lead.machine_count.help": f"{count}: 0-500",
            "lead.site_code": site,
            "lead.press_brand": brand,
            "choice.press_brand.oak": f"Oak {language}",
            "choice.press_brand.elm": f"Elm {language}",
        }
        for language, count, site, brand in (
            ("en", "Machines", "Site code", "Press brand"),
            ("zh-Hans", "设备台数", "厂区代码", "压机品牌"),
            ("zh-Hant", "設備台數", "廠區代碼", "壓機品牌"),
            ("vi", "Số máy", "Mã nhà máy", "Nhãn hiệu máy ép"),
        )
    },
}


def book(leads: Sequence[Row] = LEADS, talks: Sequence[Row] = TALKS, *, language: str = "en",
         catalogue: Catalogue | None = None) -> bytes:  # fmt: skip
    """A team book filled with rows by field key."""
    known = catalogue or load_catalogue()
    labels = load_labels(language, known.extra_labels)
    rows, settings = default_policy_rows(known, labels)
    content = {"lead": leads, "interaction": talks, "team": TEAM}
    return build_book(labels, known, rows, settings, content, fingerprint=default_policy().fingerprint)


@cache
def plain_book(language: str = "en") -> bytes:
    """The usual five leads, clean enough to have no errors."""
    return book(language=language)


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def leadbook(*words: object) -> Said:
    """The command line in this process; environment and signals are left as they were."""
    out, err = io.StringIO(), io.StringIO()
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    chosen_language.clear()
    code = -1
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main([str(word) for word in words])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        gc.enable()  # a single run does without; hundreds of them in one process do not
        chosen_language.clear()
        for number, handler in kept.items():
            signal.signal(number, handler)
    return Said(code, out.getvalue(), err.getvalue())


def process(path: Path, *words: object) -> Said:
    """``process`` as of one fixed day."""
    return leadbook("process", path, *([] if "--today" in words else ["--today", DAY]), *words)


def put(folder: Path, data: bytes, name: str = "team.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def parts(data: bytes | Path) -> dict[str, bytes]:
    """Every part of a package by name."""
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    with zipfile.ZipFile(source) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(content: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in content.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def edited(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The book after a person changed something in another program."""
    workbook = load_workbook(io.BytesIO(data))
    change(workbook)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def columns(sheet: Any) -> dict[str, int]:
    """Field key to column number of the (first) table of a sheet."""
    return {cell.value: cell.column for cell in reversed(sheet[KEY_ROW]) if cell.value}


@lru_cache(maxsize=4)
def _loaded(data: bytes) -> Workbook:
    """A workbook to be read only."""
    return load_workbook(io.BytesIO(data))


def table(data: bytes | Path, name: str) -> list[dict[str, Any]]:
    """The body of a leadbook table as another program reads it: dicts by field key, blank rows left out."""
    sheet = next(s for s in _loaded(data if isinstance(data, bytes) else data.read_bytes()) if name in s.tables)
    left, top, right, bottom = _box(sheet.tables[name].ref)
    keys = [sheet.cell(top - 1, column).value for column in range(left, right + 1)]
    rows = ([sheet.cell(row, column).value for column in range(left, right + 1)] for row in range(top + 1, bottom + 1))
    return [dict(zip(keys, row, strict=True)) for row in rows if any(value is not None for value in row)]


def _box(ref: str) -> tuple[int, int, int, int]:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(ref)
    return int(left), int(top), int(right), int(bottom)


def place(key: str, row: int = BODY_ROW, of: str = "lead") -> str:
    """The cell of a field in a fresh template."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(1 + load_catalogue().table(of).keys().index(key))}{row}"


def sheet_part(data: bytes | Path, title: str) -> str:
    """The part of a sheet by its name."""
    content = parts(data)
    number = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    sheets = etree.fromstring(content["xl/workbook.xml"]).iter("{*}sheet")
    wanted = next(sheet.get(number) for sheet in sheets if sheet.get("name") == title)
    relations = etree.fromstring(content["xl/_rels/workbook.xml.rels"])
    target = next(str(relation.get("Target")) for relation in relations if relation.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def table_part(data: bytes | Path, name: str) -> str:
    """The part of a table by its name."""
    return next(part for part, xml in parts(data).items() if f'displayName="{name}"'.encode() in xml)


def copy(path: Path, name: str) -> Path:
    return Path(shutil.copy(path, path.with_name(name)))


def type_in(path: Path, row: int, **cells: object) -> None:
    """Somebody types into a row of Leads in another program."""

    def change(workbook: Workbook) -> None:
        sheet = workbook["Leads"]
        at = columns(sheet)
        for key, value in cells.items():
            sheet.cell(row, at[key]).value = value

    path.write_bytes(edited(path.read_bytes(), change))
