"""One LibreOffice for all tests of this folder that a worker runs, ended with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lo.bridge import connect
from tests.lo.office import office


@pytest.fixture(scope="session")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with office(tmp_path_factory.mktemp("office")) as name:
        yield name


@pytest.fixture(scope="session")
def calc(pipe: str) -> Any:
    """The component context of the running LibreOffice."""
    return connect(pipe)
