"""From a wheel, an editable install and a plain checkout alike, the data files are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROBE = """
import sys, leadbook
from leadbook.assets import folder
from leadbook.app.new import new_book
from leadbook.model.catalogue import load_catalogue
from pathlib import Path
load_catalogue()
assert (folder("templates") / "policy.default.json").is_file()
assert (folder("samples") / "team.en.xlsx").is_file()
new_book(Path(sys.argv[1]) / "b.xlsx", "zh-Hant")
print(Path(leadbook.__file__).resolve().parent)
"""


def probe(path: Path, work: Path) -> Path:
    """Import leadbook from ``path`` in a fresh interpreter; gives the package folder it came from."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(work)], cwd=work, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (work / "b.xlsx").stat().st_size > 50_000
    return Path(done.stdout.strip())


def test_plain_checkout(tmp_path: Path) -> None:
    assert probe(ROOT, tmp_path) == ROOT / "leadbook"


def test_installed_as_it_is_here(tmp_path: Path) -> None:
    assert probe(Path(), tmp_path).name == "leadbook"


@pytest.mark.slow
def test_wheel(tmp_path: Path) -> None:
    source = tmp_path / "source"
    wanted = ("leadbook", "schemas", "templates", "samples", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
    source.mkdir()
    for name in wanted:
        path = ROOT / name
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = tmp_path.glob("leadbook-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    assert {"leadbook/schemas/lead.schema.json", "leadbook/templates/book.vi.xlsx", "leadbook/py.typed"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]
    work = tmp_path / "work"
    work.mkdir()
    assert probe(tmp_path / "site", work) == tmp_path / "site" / "leadbook"
