import subprocess
import sys
from pathlib import Path

import pytest

from pgviz import system_libraries as libraries

on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="shared libraries are looked for on Linux"
)


def test_that_a_session_needs_the_libraries_of_the_displays_it_has() -> None:
    assert libraries.uses({}) == ("offscreen",)
    assert libraries.uses({"DISPLAY": ":0"}) == ("offscreen", "xcb")
    assert libraries.uses({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}) == ("offscreen", "xcb", "wayland")


@on_linux
def test_that_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "has_font", lambda: True)
    absent = libraries.missing(["offscreen"], is_there=lambda soname: soname != "libEGL.so.1")
    assert absent == [libraries.Missing("libEGL.so.1", "libegl1")]


@on_linux
def test_that_a_machine_without_a_font_is_told_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "has_font", lambda: False)
    assert [each.package for each in libraries.missing([], is_there=lambda _: True)] == ["fonts-dejavu-core"]


def test_that_a_font_is_found_below_a_folder(tmp_path: Path) -> None:
    assert not libraries.has_font([str(tmp_path), str(tmp_path / "nowhere")])
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "letters.TTF").touch()
    assert libraries.has_font([str(tmp_path)])


def test_that_other_systems_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert libraries.missing(["offscreen", "xcb"], is_there=lambda _: False) == []


def test_that_an_unknown_use_is_refused() -> None:
    with pytest.raises(KeyError):
        libraries.missing(["mirror"])


@on_linux
def test_that_a_library_is_looked_for_with_the_real_loader() -> None:
    assert libraries.loads("libc.so.6")
    assert not libraries.loads("libnobody.so.9")


def _apt_cache(folder: Path, known: str) -> None:
    script = folder / "apt-cache"
    script.write_text(f'#!/bin/sh\n[ "$2" = {known} ] && echo Package: $2\nexit 0\n', encoding="utf-8")
    script.chmod(0o755)


@on_linux
def test_that_the_renamed_package_is_taken_where_apt_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _apt_cache(tmp_path, "libglib2.0-0t64")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libraries.name_here("libglib2.0-0") == "libglib2.0-0t64"
    assert libraries.name_here("libgl1") == "libgl1"


@on_linux
def test_that_a_package_keeps_its_name_where_there_is_no_apt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libraries.name_here("libgl1") == "libgl1"


@on_linux
@pytest.mark.parametrize(("user", "line"), [(0, "apt-get install -y a b"), (1000, "sudo apt-get install -y a b")])
def test_that_the_line_to_type_asks_for_root_where_one_is_not(
    user: int, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert libraries.apt_line(["a", "b"]) == line


def test_that_the_file_runs_before_anything_is_installed() -> None:
    file = Path(libraries.__file__)
    done = subprocess.run([sys.executable, "-I", "-S", str(file), "offscreen"], capture_output=True, check=True)
    assert done.stderr == b""
