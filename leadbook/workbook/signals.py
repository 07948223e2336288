"""Ctrl-C, SIGTERM and SIGHUP wait while a step must not be cut in two, and act between steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupted(BaseException):
    """Unwinds the protocol; the outermost level turns it into what the program itself does on that signal."""


class Signals:
    """Collects signals while active; only in the main thread, elsewhere it does nothing."""

    def __init__(self) -> None:
        self._pending: int | None = None
        self._at_once = False
        self._old: dict[int, Any] = {}

    def check(self) -> None:
        """Stop here if a signal has come since."""
        if self._pending is not None:
            raise Interrupted

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Inside, a signal interrupts immediately: for long work that holds nothing half done."""
        self.check()
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False
        self.check()

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Take the handlers over, give them back at the end, then let a collected signal act.

        A signal that came too late to stop the work acts after it; the work then stands, complete.
        """
        try:
            self._take()
            yield
        except Interrupted:
            pass
        finally:
            self._give_back()
            if self._pending is not None:
                self._act(self._pending)

    def _take(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
                self._old[number] = signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._pending = number
        if self._at_once:
            self._at_once = False
            raise Interrupted

    def _give_back(self) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)

    def _act(self, number: int) -> None:
        """The program's own handler first; else leave with the shell's code for that signal (130, 143,
        129).
        """
        handler = self._old.get(number)
        if callable(handler):
            handler(number, None)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)
