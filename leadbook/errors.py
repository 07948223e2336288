"""One exception class per way a run can stop; the text lives in the labels under ``error.<key>``."""

from __future__ import annotations


class LeadbookError(Exception):
    """A run that stops. ``key`` names the label ``error.<key>``; ``params`` fill its placeholders.

    ``exit_code`` follows DESIGN §10 and is the same for every command.
    """

    exit_code = 70

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


class UsedWrongly(LeadbookError):
    """The command was called with words that do not fit together."""

    exit_code = 2


class RefusedFile(LeadbookError):
    """The one file asked for cannot be processed; it is left as it was."""

    exit_code = 3


class InvalidPolicy(LeadbookError):
    """Policy, schema or labels are not usable; the book is left as it was."""

    exit_code = 4


class Busy(LeadbookError):
    """Somebody else has the file, or changed it meanwhile; theirs is kept."""

    exit_code = 75
