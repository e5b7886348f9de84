"""What a person gets from ``pip install``: the wheel is built and looked into."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pgviz
from tests.packaging.scripts import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _run(installed: Path, code: str) -> str:
    # -P keeps the checkout, where the tests run, off the path.
    command = [sys.executable, "-P", "-c", code]
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, cwd=installed).stdout


def test_that_the_wheel_bears_the_version(wheel: Path) -> None:
    assert wheel.name == f"pgviz-{pgviz.__version__}-py3-none-any.whl"


@pytest.mark.parametrize("name", ["pgviz.svg", "pgviz.ico", "pgviz-16.png", "pgviz-512.png"])
def test_that_the_wheel_holds_the_icons(installed: Path, name: str) -> None:
    assert (installed / "pgviz" / "resources" / "icons" / name).stat().st_size > 0


def test_that_the_wheel_holds_every_module_and_no_test(installed: Path) -> None:
    here = {file.relative_to(ROOT) for file in (ROOT / "pgviz").rglob("*.py")}
    there = {file.relative_to(installed) for file in installed.rglob("*.py")}
    assert there == here


def test_that_the_wheel_holds_what_the_modules_read(installed: Path) -> None:
    suffixes = {".py", ".pyc"}
    files = [file for file in (ROOT / "pgviz").rglob("*") if file.is_file() and file.suffix not in suffixes]
    assert all((installed / file.relative_to(ROOT)).is_file() for file in files)


def test_that_both_commands_are_declared(installed: Path) -> None:
    (declared,) = installed.glob("*.dist-info/entry_points.txt")
    text = declared.read_text(encoding="utf-8")
    assert "[console_scripts]\npgviz = pgviz.cli:main" in text
    assert "[gui_scripts]\npgviz-gui = pgviz.cli:main_gui" in text


def test_that_the_licence_comes_along(installed: Path) -> None:
    assert list(installed.glob("*.dist-info/licenses/LICENSE"))


def test_that_an_installed_pgviz_finds_its_own_icons(installed: Path) -> None:
    found = _run(installed, "from pgviz import assets; print(assets.path('icons/pgviz.svg'))").strip()
    assert Path(found) == (installed / "pgviz" / "resources" / "icons" / "pgviz.svg").resolve()


def test_that_an_installed_pgviz_starts(installed: Path) -> None:
    said = _run(installed, "import sys; from pgviz.cli import main; sys.exit(main(['--version']))")
    assert pgviz.__version__ in said
