"""What is exported is there whole or not at all, whatever ends it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pgviz.cli import main
from pgviz.export.whole import ExportError, added_whole, written_whole
from tests.session.recordings import recorded

# pgviz, which is told once to end: when something of what it writes is about to reach the disk.
TERMINATED = """
import os, signal
from pgviz.cli import main

def terminate(_descriptor):
    os.fsync = lambda _descriptor: None
    os.kill(os.getpid(), signal.SIGTERM)

os.fsync = terminate
raise SystemExit(main())
"""


def test_that_a_file_and_a_folder_take_their_names_when_they_are_whole(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_text("what one that was killed left")
    with written_whole(tmp_path / "file") as part:
        assert not part.exists()
        part.write_text("new")
        assert [each.name for each in tmp_path.iterdir()] == [part.name]
    with written_whole(tmp_path / "folder") as part:
        (part / "inside").mkdir(parents=True)
        (part / "inside" / "file").write_text("new")

    assert (tmp_path / "file").read_text() == (tmp_path / "folder" / "inside" / "file").read_text() == "new"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_that_files_are_added_to_a_folder_when_all_of_them_are_whole(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with added_whole(tmp_path / "folder") as part:
            (part / "inside").mkdir()
            (part / "inside" / name).write_text(name)
            assert name not in {each.name for each in (tmp_path / "folder").rglob("*")}

    found = {each.name: each.read_text() for each in (tmp_path / "folder").rglob("*") if each.is_file()}
    assert found == {"one": "one", "two": "two"}
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_that_what_was_given_up_leaves_what_was_there_before(error: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    def give_up(path: Path) -> None:
        with written_whole(path) as part:
            part.write_text("new")
            raise error

    with pytest.raises(error):
        give_up(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_that_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "nowhere" / "file", tmp_path / "file" / "file"):
        with (
            pytest.raises(ExportError, match=r"cannot write .*; choose another place"),
            written_whole(path) as part,
        ):
            part.write_text("new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_that_a_folder_that_is_a_file_is_said_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "folder"):
        with pytest.raises(ExportError, match=rf"cannot write {folder}: Not a directory"), added_whole(folder):
            pytest.fail("it was begun")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGTERM")
def test_that_an_export_that_is_told_to_end_leaves_nothing(tmp_path: Path) -> None:
    for package in ("minari", "h5py", "tensorboardX"):
        pytest.importorskip(package)
    recording = recorded(tmp_path / "demo.pgviz", 60)[0]
    assert main(["train", "CartPole-v1", "--steps", "256", "--checkpoint", str(tmp_path / "run")]) == 0

    for words in (
        ("export", str(recording), "--to", "table.csv"),
        ("export", str(recording), "--tensorboard", "logs"),
        ("export", str(recording), "--minari", "episodes"),
        ("export-policy", str(tmp_path / "run"), "--to", "policy.pt2"),
    ):
        (out := tmp_path / f"{words[0]}{words[2]}").mkdir()
        command = [sys.executable, "-c", TERMINATED, *words]
        done = subprocess.run(
            command, cwd=out, env=dict(os.environ), capture_output=True, text=True, timeout=100, check=False
        )
        assert (done.returncode, done.stderr) == (130, "pgviz: interrupted.\n")
        assert list(out.iterdir()) == []
