"""Checking a written package against its original: every difference outside what leadbook owns (DESIGN §5).

Works from the bytes with its own tokenizer, apart from the writer, so that the two cannot share a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leadbook.errors import LeadbookError

from .changes import BlockChange, Change
from .package import Package
from .reader import Reader
from .refs import MAX_COL, Box, column, parse_box, parse_target
from .rowaudit import Left, rows_kept, without_rows
from .sharedrows import without_shared_heads, without_shared_rows
from .tables import RawTable, read_tables
from .tail import without_shared_end
from .xmlparts import as_utf8

_TOKEN = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>|[^<]+""", re.DOTALL)
_NAME = re.compile(rb"</?(?:\w+:)?(\w+)")
_ATTRIBUTE = re.compile(rb"""\s([\w:]+)\s*=\s*("[^"]*"|'[^']*')""")
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)([0-9]+)""")
_CHUNK = 2 << 20
_WIDE = MAX_COL + 2  # one more than any column, so that places beyond the sheet are nobody's
Ints = npt.NDArray[np.int64]
_BARE_ROW = re.compile(rb'<row r="([0-9]+)"></row>')
_RULES = (b"conditionalFormatting", b"dataValidation")
_TABLE_OWN = re.compile(
    rb"<((?:\w+:)?(?:filterColumn|sortState))\b(?:[^>]*/>|[^>]*>.*?</\1\s*>)", re.DOTALL)
_CALC = re.compile(rb"<(?:\w+:)?calcPr\b[^>]*?/>|<((?:\w+:)?calcPr)\b[^>]*>\s*</\1\s*>")
_NAMED = re.compile(rb"""<(?:\w+:)?definedName\s[^>]*?\bname\s*=\s*"([^"]*)"[^>]*>[^<]*<""")
_COLUMN = re.compile(rb"<((?:\w+:)?)tableColumn\s[^>]*?/>(?=</(?:\w+:)?tableColumns\s*>)")
_COLUMNS = re.compile(rb"""(<(?:\w+:)?tableColumns\b[^>]*?\bcount\s*=\s*["'])([0-9]+)""")
_CHAIN = re.compile(
    rb"<((?:\w+:)?(?:Override|Relationship))\b[^>]*calcChain(?:[^>]*/>|[^>]*>\s*</\1\s*>)")


@dataclass(slots=True)
class Ownership:
    """What a write may differ in: ``cells`` (part -> boxes), ``bodies`` of resized tables (part -> boxes),
    ``tables`` (table parts), and the tables whose user columns move with the row key. ``left``: rows that left a
    sheet part; ``widened``: table part -> how many columns it gained; ``names``: defined names over these tables."""

    cells: dict[str, list[Box]] = field(default_factory=dict)
    bodies: dict[str, list[Box]] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    carried: dict[str, str] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    widened: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def ownership(
    pkg: Package, changes: Sequence[Change], tables: dict[str, RawTable] | None = None
) -> Ownership:
    """The cells and parts that these changes may touch in this package."""
    reader = Reader(pkg)
    known = tables if tables is not None else read_tables(pkg, reader=reader)
    folded = {name.casefold(): table for name, table in known.items()}
    own = Ownership()
    for change in changes:
        if isinstance(change, BlockChange):
            target = parse_target(pkg.defined_names.get(change.defined_name, ""))
            if target:
                own.cells.setdefault(reader.sheet_parts[target[0].casefold()], []).append(target[1])
            continue
        table = folded[change.table.casefold()]
        boxes = own.cells.setdefault(table.part, [])
        top, left = table.header_row + 1, table.ref.left - 1
        columns = [left + c.index for c in table.columns if c.key in change.columns]
        if change.mode == "patch":
            boxes += [Box(first, col, last, col) for first, last in _runs(change.rows or ()) for col in columns]
            continue
        last = max([table.bottom, *table.rows.tolist()]) + len(change)
        users = [left + c.index for c in table.columns if c.key is None]
        if change.mode == "replace" and change.row_key and users:
            own.carried[table.name] = change.row_key
            columns += users
        elif change.mode == "replace":  # people's cells stay; rows that come get the look of their columns
            boxes += [Box(table.bottom + 1, col, last, col) for col in users if last > table.bottom]
        if change.mode == "append_update":
            boxes += _appended(table, change.rows or (), columns)
        else:
            boxes += [Box(top, col, last, col) for col in columns]
        own.bodies.setdefault(table.part, []).append(Box(top, table.ref.left, last, table.ref.right))
        own.tables |= {table.table_part} if table.table_part else set()
    return own


def _appended(table: RawTable, rows: Sequence[int], columns: Sequence[int]) -> list[Box]:
    """Exactly the cells of an update: columns in the rows that it names, and whole rows behind the last filled one."""
    end = max([table.header_row, *table.rows.tolist()])
    fresh = sum(not row for row in rows)
    boxes = [Box(first, col, last, col) for first, last in _runs([row for row in rows if row]) for col in columns]
    return [*boxes, Box(end + 1, table.ref.left, end + fresh, table.ref.right)] if fresh else boxes


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of rows that follow one another."""
    ordered = np.unique(np.array(rows, np.int64))
    if not len(ordered):
        return []
    cuts = np.flatnonzero(np.diff(ordered) != 1)
    first, last = ordered[np.append(0, cuts + 1)], ordered[np.append(cuts, len(ordered) - 1)]
    return list(zip(first.tolist(), last.tolist(), strict=True))


def refuse_strange(strange: Sequence[str], name: str) -> None:
    """Raise LeadbookError ``write_not_clean`` for a file in which something else differs: our own mistake."""
    if strange:
        raise LeadbookError("write_not_clean", file=name, parts="; ".join(line.split(":")[0] for line in strange[:5]))


def diff_packages(old: Package, new: Package, allowed: Ownership) -> list[str]:
    """One line for each difference that the ownership does not cover; none = other people's bytes stand."""
    before, after = set(old.names), set(new.names)
    chain = {target for tail, target in old.rels(old.workbook_part).values() if tail == "calcChain"}
    found = [f"{part}: missing" for part in sorted(before - after - chain)]
    found += [f"{part}: added" for part in sorted(after - before)]
    for part in sorted(before & after):
        if old.packed(part) == new.packed(part):
            continue
        one, two = old.read(part), new.read(part)
        if one == two:
            continue
        if part in allowed.left:
            found += [f"{part}: {line}" for line in rows_kept(as_utf8(one)[0], as_utf8(two)[0], allowed.left[part])]
            one, two = (without_rows(as_utf8(xml)[0], allowed.left[part]) for xml in (one, two))
        if part in allowed.widened:
            two = _without_columns(as_utf8(two)[0], allowed.widened[part])
        if part in allowed.cells:
            one, two = without_shared_heads(*without_shared_end(*(as_utf8(xml)[0] for xml in (one, two))))
            one, two = (_without_owned(xml, allowed.cells[part]) for xml in (one, two))
            one, two = without_shared_rows(one, two)
        if _masked(part, old, one, allowed) != _masked(part, old, two, allowed):
            found.append(f"{part}: changed outside of what is owned")
    return found + _not_carried(old, new, allowed)


def _without_columns(xml: bytes, count: int) -> bytes:
    """A table part less its last ``count`` columns."""
    for _ in range(count):
        xml = _COLUMN.sub(b"", xml, count=1)
    return _COLUMNS.sub(lambda m: m[1] + b"%d" % (int(m[2]) - count), xml, count=1)


def sheet_tokens(xml: bytes, owned: list[Box]) -> Iterator[bytes]:
    """The tokens of a sheet part (UTF-8) without the owned cells, spans and dimension."""
    return _sheet(xml, owned, [])


def without_table_ends(xml: bytes) -> bytes:
    """A table part (UTF-8) without its areas, live filters and sort order."""
    return re.sub(rb"""(\sref\s*=\s*["'])[^"']*""", rb"\1", _TABLE_OWN.sub(b"", xml))


def without_calculation(xml: bytes) -> bytes:
    """A workbook part (UTF-8) without its calculation settings."""
    return _CALC.sub(b"", xml)


def _masked(part: str, pkg: Package, xml: bytes, allowed: Ownership) -> bytes:
    """A part without what may change in it."""
    if part in allowed.cells:
        return b"".join(_sheet(xml, allowed.cells[part], allowed.bodies.get(part, [])))
    if part in allowed.tables:
        return without_table_ends(as_utf8(xml)[0])
    if part == pkg.workbook_part:
        named = _NAMED.sub(lambda m: b"" if m[1].decode() in allowed.names else m[0], as_utf8(xml)[0])
        return without_calculation(named)
    folder, _, base = pkg.workbook_part.rpartition("/")
    if part in ("[Content_Types].xml", f"{folder}/_rels/{base}.rels".lstrip("/")):
        return _CHAIN.sub(b"", xml)
    return xml


def _without_owned(xml: bytes, owned: list[Box]) -> bytes:
    """A sheet part less the owned cells that are spelled plainly; all the rest is for the tokenizer."""
    if (b"!" in xml and b"<!" in xml) or b"<sheetData>" not in xml:  # one byte is found much faster
        return xml
    inside = _Inside(owned)
    out, at = [], 0
    while at < len(xml):
        end = xml.rfind(b"</row>", at, at + _CHUNK) + 6
        end = end if end > at + 6 and at + _CHUNK < len(xml) else len(xml)
        out.append(_chunk_without(xml[at:end], inside))
        at = end
    return b"".join(out)


def _chunk_without(raw: bytes, inside: _Inside) -> bytes:
    """Whole rows less the owned cells; unchanged if a cell is spelled in any way but ``<c r="AB12"``."""
    padded = raw + bytes(16)
    buf = np.frombuffer(padded, np.uint8)
    words: npt.NDArray[np.uint64] = np.ndarray((len(raw) + 9,), "<u8", padded, strides=(1,))
    tag = np.flatnonzero(buf == 60)
    code = words[tag]
    name = (code >> np.uint64(8)).astype(np.uint16)
    third = (code >> np.uint64(16)).astype(np.uint8)
    which = np.flatnonzero(((name & 255) == 99) & ((third <= 32) | (third == 47) | (third == 62)))
    start, following = tag[which], np.append(tag, len(raw))[which + 1]
    close = tag[(name == 0x632F) & ((code >> np.uint64(24)).astype(np.uint8) == 62)]  # </c>
    if ((code[which] >> np.uint64(24)) & np.uint64(0xFFFFFF) != 0x223D72).any():  # r="
        return raw
    col, at = _number(words, start + 6, 3, 65, 26)
    row, at = _number(words, at, 7, 48, 10)
    full = buf[following - 2] != 47
    if ((buf[at] != 34) | (buf[following - 1] != 62)).any() or int(full.sum()) != len(close):
        return raw
    end = following.copy()
    end[full] = close + 4  # cells do not nest: the n-th opened one ends at the n-th closing tag
    if (end <= start).any() or (end[:-1] > start[1:]).any():
        return raw
    mine = inside.of(row, col)
    begin, stop = np.append(0, end[mine]), np.append(start[mine], len(raw))
    some = begin < stop
    return b"".join([raw[a:b] for a, b in zip(begin[some].tolist(), stop[some].tolist(), strict=True)])


def _number(words: npt.NDArray[np.uint64], at: Ints, most: int, base: int, span: int) -> tuple[Ints, Ints]:
    """Letters (1-based) or digits from ``at`` as numbers, and where they end; no more than ``most``."""
    number, ahead = np.zeros(len(at), np.int64), words[at]
    live = np.ones(len(at), bool)
    for _ in range(most):
        char = ahead.astype(np.uint8) - np.uint8(base)
        live &= char < span
        if not live.any():
            break
        number = np.where(live, number * span + char + (base == 65), number)
        at = at + live
        ahead >>= np.uint64(8)
    return number, at


class _Inside:
    """Which places lie in one of the boxes."""

    def __init__(self, owned: list[Box]) -> None:
        self.columns: dict[tuple[int, int], npt.NDArray[np.bool_]] = {}
        single = [box for box in owned if box.top == box.bottom and box.left == box.right]
        self.single = np.unique(np.array([box.top * _WIDE + box.left for box in single], np.int64))
        self.in_single = np.zeros(_WIDE, bool)
        self.in_single[[box.left for box in single]] = True
        for box in owned:
            if box.top != box.bottom or box.left != box.right:
                rows = self.columns.setdefault((box.top, box.bottom), np.zeros(_WIDE, bool))
                rows[box.left:box.right + 1] = True

    def of(self, row: Ints, col: Ints) -> npt.NDArray[np.bool_]:
        """One flag for each place."""
        col = np.minimum(col, _WIDE - 1)
        mine = np.zeros(len(row), bool)
        maybe = np.flatnonzero(self.in_single[col])
        mine[maybe] = np.isin(row[maybe] * _WIDE + col[maybe], self.single)
        for (top, bottom), columns in self.columns.items():
            mine |= columns[col] & (row >= top) & (row <= bottom)
        return mine


def _sheet(xml: bytes, owned: list[Box], bodies: list[Box]) -> Iterator[bytes]:
    """The tokens of a sheet part without owned cells, bare rows, dimension, spans and the ends of rules."""
    single = {(box.top, box.left) for box in owned if box.top == box.bottom and box.left == box.right}
    wide = [box for box in owned if box.top != box.bottom or box.left != box.right]
    rows = {place[0] for place in single}
    spans = {(box.top, box.bottom) for box in wide}
    if xml.count(b"<row") == xml.count(b'<row r="'):
        # as a rule all of them are; one pass then does it
        if _all_owned(np.array(_BARE_ROW.findall(xml), np.int64), rows, spans):
            xml = _BARE_ROW.sub(b"", xml)
        else:
            xml = _BARE_ROW.sub(lambda m: b"" if _owned_row(int(m[1]), rows, spans) else m[0], xml)
    by_col: dict[int, list[Box]] = {}
    for box in wide:
        for number in range(box.left, box.right + 1):
            by_col.setdefault(number, []).append(box)
    row = col = 0
    skip = False
    held: list[bytes] = []
    area = False
    for token in _TOKEN.findall(xml):
        match = _NAME.match(token)
        name = match[1] if match else b""
        closing = token.startswith(b"</")
        if name == b"c" and not closing:
            row, col = _place(token, row, col)
            skip = (row, col) in single or any(b.top <= row <= b.bottom for b in by_col.get(col, ()))
            if not skip:
                yield from held
                held = []
                yield token
            skip = skip and not token.endswith(b"/>")
        elif skip:
            skip = not (name == b"c" and closing)
        elif name == b"row" and not closing:
            given = _attributes(token).get(b"r", b"")
            row, col = int(given) if given.isdigit() else row + 1, 0
            yield from held
            own_row = any(body.top <= row <= body.bottom for body in bodies)
            bare = _without(token, (b"spans", b"hidden") if own_row else (b"spans",))
            plain = set(_attributes(bare)) <= {b"r"} and _owned_row(row, rows, spans)
            held = [bare.replace(b"/>", b">")] if plain else []
            if not plain:
                yield bare.replace(b"/>", b">")
        elif name == b"row" and held:
            held = []
        elif name == b"row" or (held and not token.strip()):
            continue
        else:
            yield from held
            held = []
            yield _unbounded(token, name, area, bodies)
        area = name in _RULES and b"x14:" in token[:6] or (area and not (closing and name in _RULES))


def _all_owned(numbers: Ints, rows: set[int], spans: set[tuple[int, int]]) -> bool:
    left = numbers
    for top, bottom in spans:
        left = left[(left < top) | (left > bottom)]
    return bool(np.isin(left, list(rows)).all())


def _owned_row(row: int, rows: set[int], spans: set[tuple[int, int]]) -> bool:
    return row in rows or any(top <= row <= bottom for top, bottom in spans)


def _place(token: bytes, row: int, col: int) -> tuple[int, int]:
    match = _ADDRESS.search(token)
    return (int(match[2]), column(match[1].decode())) if match else (row, col + 1)


def _attributes(token: bytes) -> dict[bytes, bytes]:
    return {name: value[1:-1] for name, value in _ATTRIBUTE.findall(token)}


def _without(token: bytes, names: tuple[bytes, ...]) -> bytes:
    return _ATTRIBUTE.sub(lambda m: b"" if m[1] in names else m[0], token)


def _unbounded(token: bytes, name: bytes, area: bool, bodies: list[Box]) -> bytes:
    """A token with the last rows taken out of ranges that meet a resized body."""
    if name == b"dimension":
        return b""
    if name in _RULES:
        return _ATTRIBUTE.sub(lambda m: _open(m[0], bodies) if m[1] == b"sqref" else m[0], token)
    return _open(token, bodies) if area and not name else token


def _open(text: bytes, bodies: list[Box]) -> bytes:
    def opened(match: re.Match[bytes]) -> bytes:
        box = parse_box(match[0].decode())
        meets = box is not None and any(box.meets(body) and box.top <= body.top for body in bodies)
        return str(box.down_to(1_048_576)).encode() if meets and box else match[0]

    return re.sub(rb"\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?", opened, text)


def _not_carried(old: Package, new: Package, allowed: Ownership) -> list[str]:
    """Values in the user's own columns that are not found again beside their row's key."""
    if not allowed.carried:
        return []
    before, after = read_tables(old), read_tables(new)
    found = []
    for name, key in allowed.carried.items():
        lost = _user_values(before[name], key) - _user_values(after[name], key)
        if lost:
            found.append(f"{before[name].part}: {name}: {len(lost)} user cells lost or moved to another row")
    return found


def _user_values(table: RawTable, key: str) -> set[tuple[str, str, str]]:
    """(row key, column header, value) of every cell in columns without key, formulas left out."""
    keyed = table.column(key)
    if keyed is None:
        return set()
    return {(repr(who), own.header, repr(value)) for own in table.columns if own.key is None
            for who, value, rule in zip(table.values[keyed.index], table.values[own.index],
                                        table.formulas[own.index], strict=True)
            if value is not None and not rule}
