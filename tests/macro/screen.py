"""A screen of the test's own (Xvfb), a mouse on it (xdotool) and pictures of it (ImageMagick)."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NEEDED = ("Xvfb", "xdotool", "import", "convert")
SIZE = (1500, 900)


@contextmanager
def screen() -> Iterator[str]:
    """The name of a display that nobody else uses; the server itself chooses the number."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(write,),
    )  # fmt: skip
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(20)


def click(display: str, x: int, y: int) -> None:
    """One press of the left mouse button at this place of the screen."""
    _run(display, "xdotool", "mousemove", str(x), str(y))
    time.sleep(0.2)  # a program that has not seen the mouse come takes no click
    _run(display, "xdotool", "click", "1")


def windows(display: str, title: str) -> list[str]:
    """Numbers of the windows on the screen whose title holds this text."""
    done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True,
                          env={**os.environ, "DISPLAY": display}, check=False)  # fmt: skip
    return done.stdout.split()


def press(display: str, window: str, key: str) -> None:
    _run(display, "xdotool", "windowfocus", window)
    _run(display, "xdotool", "key", key)


def picture(display: str, path: Path) -> None:
    _run(display, "import", "-window", "root", str(path))


def picture_when_drawn(display: str, path: Path, x: int, y: int, width: int, height: int) -> None:
    """A picture of the screen as soon as something is drawn at this place."""

    def drawn() -> bool:
        picture(display, path)
        return _colours(path, x, y, width, height) > 5

    until(drawn)


def _colours(path: Path, x: int, y: int, width: int, height: int) -> int:
    """How many colours a part of a picture has: more than a handful when something is drawn there."""
    done = subprocess.run(
        ["convert", str(path), "-crop", f"{width}x{height}+{x}+{y}", "-format", "%k", "info:"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


def until(true: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What ``true`` gives once it is something; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("nothing happened in time")


def _run(display: str, *command: str) -> None:
    subprocess.run(command, env={**os.environ, "DISPLAY": display}, check=True, timeout=60)


def place_of_button(document: Any, sheet: str) -> tuple[int, int, int, int]:
    """x, y, width and height on the screen of the button on the sheet that is shown, as the program tells it."""
    controller = document.CurrentController
    controller.setActiveSheet(document.Sheets.getByName(sheet))
    page = document.Sheets.getByName(sheet).DrawPage
    shapes = [page.getByIndex(n) for n in range(page.Count)]
    models = [shape.Control for shape in shapes if shape.supportsService("com.sun.star.drawing.ControlShape")]
    assert len(models) == 1
    shown = controller.getControl(models[0]).getAccessibleContext()
    at, size = until(lambda: _drawn(shown))
    return at.X, at.Y, size.Width, size.Height


def _drawn(shown: Any) -> tuple[Any, Any] | None:
    size = shown.getSize()
    return (shown.getLocationOnScreen(), size) if size.Width > 0 and size.Height > 0 else None
