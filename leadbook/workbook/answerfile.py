"""The answer that a macro puts into the open book: ``leadbook-answer`` (its form: ``exchange``)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from leadbook.errors import RefusedFile
from leadbook.model.raw import CellError

from . import durable
from .cellplan import CellPlan
from .celltext import Formula, figure
from .exchange import ANSWER_HEAD, VERSION, escaped
from .rects import Serial


def write_answer(path: Path, texts: Sequence[str], plan: CellPlan, exit_code: int, wide: bool = False) -> None:
    """Write the answer at once: a file with this name is always complete; ``wide`` = in UTF-8. Raises RefusedFile
    ``answer_not_written``, ``answer_not_ours`` for a file that is there and no answer (the book, above all)."""
    data = ("\n".join(answer_lines(texts, plan, exit_code, wide)) + "\n").encode("utf-8" if wide else "ascii")
    target = path.absolute()
    if not _replaceable(target):
        raise RefusedFile("answer_not_ours", file=path.name)
    temp = target.with_name(f"{durable.short(target.name)}.{os.getpid()}.tmp")
    try:
        temp.unlink(missing_ok=True)
        durable.write_new(temp, data)
        durable.hide(temp)
        os.replace(temp, target)
    except OSError as fault:
        durable.remove(temp)
        raise RefusedFile("answer_not_written", file=path.name, reason=fault.strerror or "") from None


def _replaceable(target: Path) -> bool:
    """Whether there is nothing yet, or an earlier answer."""
    try:
        with target.open("rb") as file:
            return file.read(len(ANSWER_HEAD)) == ANSWER_HEAD.encode()
    except FileNotFoundError:
        return not target.is_symlink()
    except OSError:
        return True  # writing will say what is wrong with it


def answer_lines(texts: Sequence[str], plan: CellPlan, exit_code: int, wide: bool = False) -> Iterator[str]:
    """The lines of the answer, END with the number of blocks last."""
    yield f"{ANSWER_HEAD}\t{VERSION}\t{exit_code}"
    for text in texts:
        yield f"T\t{escaped(text, wide)}"
    for rect in plan.rects:
        box = rect.box
        size = f"{box.bottom - box.top + 1}\t{box.right - box.left + 1}"
        yield f"B\t{escaped(rect.sheet, wide)}\t{box.top}\t{box.left}\t{size}"
        for row in rect.rows:
            yield "\t".join([cell_text(value, wide) for value in row])
    for table in plan.resized:
        yield f"N\t{table.table}\t{escaped(table.sheet, wide)}\t{table.new}"
    yield f"END\t{len(plan.rects)}"


def cell_text(value: Any, wide: bool = False) -> str:
    """Type letter and value; empty to clear the cell."""
    kind = type(value)
    if value is None:
        return ""
    if kind is str:
        return f"s{escaped(value, wide)}" if value else ""
    if kind is bool:
        return f"b{int(value)}"
    if kind is Serial:
        return f"d{figure(value.value)}"
    if kind is Formula:
        return f"f={escaped(value.text, wide)}"
    if kind is CellError:
        return f"s{escaped(value.code)}"
    text = figure(value)
    return f"n{text}" if text else ""
