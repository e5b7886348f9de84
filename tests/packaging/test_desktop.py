"""The menu entry and the metainfo: valid, and installed and removed as a person would."""

import configparser
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import pgviz
from tests.packaging.scripts import ROOT, load

desktop = load("desktop")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="menu entries are for Linux")

ENTRY = ROOT / "packaging" / "linux" / f"{desktop.ID}.desktop"
METAINFO = ROOT / "packaging" / "linux" / f"{desktop.ID}.metainfo.xml"


def _needs(tool: str, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"to run this: sudo apt-get install -y {package}")


def _validate(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def command(tmp_path: Path) -> Path:
    program = tmp_path / "with a $pace and 100%" / "pgviz-gui"
    program.parent.mkdir()
    program.touch()
    return program


def _exec_of(entry: Path) -> str:
    parser = configparser.RawConfigParser(delimiters="=")
    parser.read(entry, encoding="utf-8")
    return parser["Desktop Entry"]["exec"]


@_needs("desktop-file-validate", "desktop-file-utils")
def test_that_the_shipped_entry_is_valid_without_a_hint() -> None:
    assert _validate("desktop-file-validate", str(ENTRY)) == ""


@_needs("desktop-file-validate", "desktop-file-utils")
def test_that_an_installed_entry_is_valid_wherever_the_program_lies(tmp_path: Path, command: Path) -> None:
    desktop.install(tmp_path / "share", command)
    assert _validate("desktop-file-validate", str(desktop.entry_path(tmp_path / "share"))) == ""


@_needs("appstreamcli", "appstream")
def test_that_the_metainfo_is_valid() -> None:
    said = _validate("appstreamcli", "validate", "--no-net", str(METAINFO)).splitlines()
    faults = [line for line in said if line.startswith(("E:", "W:"))]
    # The project has no home page yet; releases of AppStream differ on whether that is worth a warning.
    assert [line for line in faults if "url-homepage-missing" not in line] == []
    assert any("alidation" in line for line in said)


def test_that_the_metainfo_speaks_of_this_release_and_this_entry() -> None:
    root = ET.parse(METAINFO).getroot()
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == pgviz.__version__
    assert root.findtext("id") == desktop.ID
    assert root.findtext("launchable") == ENTRY.name


def test_that_the_program_is_quoted_for_the_menu(command: Path) -> None:
    assert desktop.quoted(Path("/opt/pgviz/bin/pgviz-gui")) == '"/opt/pgviz/bin/pgviz-gui"'
    assert desktop.quoted(Path("/a b/$c/100%")) == r'"/a b/\\$c/100%%"'


def test_that_installing_writes_entry_icons_and_metainfo(tmp_path: Path, command: Path) -> None:
    share = tmp_path / "share"
    desktop.install(share, command)
    assert _exec_of(desktop.entry_path(share)) == f"{desktop.quoted(command)} %f"
    assert (share / "metainfo" / METAINFO.name).read_bytes() == METAINFO.read_bytes()
    assert (share / "icons/hicolor/scalable/apps" / f"{desktop.ID}.svg").is_file()
    for size in (16, 48, 256):
        assert (share / f"icons/hicolor/{size}x{size}/apps" / f"{desktop.ID}.png").is_file()


def test_that_recordings_are_a_type_of_their_own_that_pgviz_opens(tmp_path: Path, command: Path) -> None:
    from pgviz.recording import SUFFIX
    from pgviz.recording.schema import APPLICATION_ID

    desktop.install(tmp_path, command)
    types = ET.parse(tmp_path / "mime" / "packages" / f"{desktop.ID}.xml").getroot()
    names = {"": "http://www.freedesktop.org/standards/shared-mime-info"}
    kind, glob, mark = (
        types.find("mime-type", names),
        types.find(".//glob", names),
        types.find(".//match/match", names),
    )
    assert kind is not None
    assert glob is not None
    assert mark is not None
    assert glob.get("pattern") == f"*{SUFFIX}"
    assert int(mark.get("value", ""), 16) == APPLICATION_ID
    assert f"MimeType={kind.get('type')};" in desktop.entry_path(tmp_path).read_text(encoding="utf-8").splitlines()


@_needs("update-mime-database", "shared-mime-info")
def test_that_the_desktop_understands_the_type(tmp_path: Path) -> None:
    packages = tmp_path / "mime" / "packages"
    packages.mkdir(parents=True)
    shutil.copy(ROOT / "packaging" / "linux" / f"{desktop.ID}.xml", packages)
    said = _validate("update-mime-database", str(tmp_path / "mime"))
    assert "rror" not in said
    assert (tmp_path / "mime" / "application" / "x-pgviz.xml").is_file()
    assert "application/x-pgviz:*.pgviz" in (tmp_path / "mime" / "globs").read_text()


def test_that_uninstalling_leaves_nothing_of_pgviz(tmp_path: Path, command: Path) -> None:
    share = tmp_path / "share"
    desktop.install(share, command)
    desktop.uninstall(share)
    assert list(share.rglob(f"{desktop.ID}*")) == []


def test_that_uninstalling_twice_is_no_fault(tmp_path: Path) -> None:
    desktop.uninstall(tmp_path)
    desktop.uninstall(tmp_path)


def test_that_a_program_that_is_not_there_is_not_put_into_the_menu(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make install-desktop"):
        desktop.install(tmp_path, tmp_path / "pgviz-gui")
    assert list(tmp_path.iterdir()) == []


def test_that_the_users_data_folder_is_honoured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert desktop.data_home() == tmp_path
    for unusable in ("", "relative"):
        monkeypatch.setenv("XDG_DATA_HOME", unusable)
        assert desktop.data_home() == Path.home() / ".local" / "share"


def test_that_the_script_answers_a_wrong_word_with_its_usage() -> None:
    script = ROOT / "packaging" / "desktop.py"
    done = subprocess.run([sys.executable, script, "unistall"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "install|uninstall" in done.stderr


def test_that_the_script_removes_what_is_not_there(tmp_path: Path) -> None:
    environ = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    script = ROOT / "packaging" / "desktop.py"
    done = subprocess.run([sys.executable, script, "uninstall"], env=environ, capture_output=True, check=False)
    assert done.returncode == 0


def test_that_a_folder_that_cannot_be_written_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "share").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert desktop.main(["install"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / "share") in line
