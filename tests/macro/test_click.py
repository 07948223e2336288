"""The button under a real mouse: LibreOffice on a screen, one click, and the results are those of ``process``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadbook.labels import load_labels
from tests.books import leadbook
from tests.macro.program import (
    STATUS,
    TODAY,
    assert_same_results,
    cells,
    command,
    named_cell,
    opened,
    program,
    real_command,
    sample,
)
from tests.macro.screen import (
    NEEDED,
    click,
    picture,
    picture_when_drawn,
    place_of_button,
    press,
    screen,
    until,
    windows,
)

missing = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=f"not installed: {', '.join(missing)}"),
]


@pytest.fixture
def display() -> Iterator[str]:
    with screen() as name:
        yield name


def status(document: Any) -> str:
    return str(named_cell(document, STATUS[0]).String)


def told(document: Any) -> str:
    """The status once the button has been answered."""
    return str(until(lambda: status(document), 120))


@pytest.mark.req("T03")
def test_a_click_on_the_button_gives_the_results_of_a_run(tmp_path: Path, display: str) -> None:
    labels = load_labels("en")
    results = labels.text("sheet.results")
    real_command(tmp_path)
    book = sample(tmp_path)
    run = Path(shutil.copy(book, tmp_path / "run.xlsm"))
    assert leadbook("process", run, "--today", TODAY).code == 1
    on_disk = book.read_bytes()
    with program(tmp_path, display=display) as context:
        with opened(context, book, hidden=False) as document:
            document.CurrentController.Frame.ContainerWindow.setPosSize(0, 0, 1500, 900, 15)
            x, y, width, height = place_of_button(document, results)
            document.CurrentController.select(document.Sheets.getByName(results).getCellRangeByName("C9"))
            picture_when_drawn(display, tmp_path / "before.png", x, y, width, height)
            click(display, x + width // 2, y + height // 2)
            said = told(document)
            picture(display, tmp_path / "after.png")
            found = cells(document)
            selected = document.CurrentSelection.AbsoluteName
            shown = document.CurrentController.ActiveSheet.Name
            can_undo = document.UndoManager.isUndoPossible()
        with opened(context, run) as processed, opened(context, book) as untouched:
            expected, before = cells(processed), cells(untouched)
    assert said.startswith(labels.text("macro.done", at="@").partition("@")[0]) and "60" in said
    assert_same_results(found, expected, labels)
    assert found[labels.text("sheet.history")] == before[labels.text("sheet.history")]
    assert found[results] != before[results]
    assert (shown, selected) == (results, f"${results}.$C$9")
    assert not can_undo  # half a refresh taken back would be worse than none
    assert book.read_bytes() == on_disk


def test_a_failure_shows_a_box_that_can_be_closed(tmp_path: Path, display: str) -> None:
    labels = load_labels("zh-Hant")
    command(tmp_path, 'if [ "$1" = --version ]; then exit 0; fi; echo broken >&2; exit 70')
    with (
        program(tmp_path, display=display) as context,
        opened(context, sample(tmp_path, "zh-Hant"), hidden=False) as document,
    ):
        before = cells(document)
        x, y, width, height = place_of_button(document, labels.text("sheet.leads"))
        picture_when_drawn(display, tmp_path / "button.png", x, y, width, height)
        click(display, x + width // 2, y + height // 2)
        said = told(document)
        box = until(lambda: windows(display, "^leadbook$"))
        picture(display, tmp_path / "box.png")
        press(display, box[0], "Return")
        until(lambda: not windows(display, "^leadbook$"))
        assert cells(document) == before
    assert labels.text("macro.failed", code=70, said="broken") in said
