"""Saved runs that somebody has changed, fingerprints and all: one clear fault, and never anything else."""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pgviz.config import RunConfig
from pgviz.errors import PgvizError
from pgviz.session.history import History
from pgviz.session.saving import MOST_AHEAD, Saver, open_saved
from pgviz.session.session import Session
from pgviz.training.checkpoint import MANIFEST, checkpoints
from tests.mutations import FIRED, mutated, with_odd_value

Files = dict[str, bytes]

LONGEST = 5.0  # seconds for one; a busy machine may take its time
SETTINGS: dict[str, dict[str, Any]] = {
    "ppo": {"environment_count": 2},
    "dqn": {"environment_count": 1, "learning_starts": 20, "buffer_size": 60},
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """The files of saved runs, by algorithm."""
    found = {}
    for algorithm, settings in SETTINGS.items():
        folder, saver = tmp_path_factory.mktemp(algorithm), Saver()
        config = RunConfig.create("CartPole-v1", algorithm, steps=5000, hidden_sizes=(4,), **settings)
        with Session(config, history=History()) as session:
            for _ in range(150):
                event = session.pull()
                assert event is not None
                saver.note(event)
            saver.save(session, folder)
        found[algorithm] = {file.name: file.read_bytes() for file in checkpoints(folder)[-1].iterdir()}
    return found


def changed(files: Files, draw: random.Random) -> Files:
    """The files with one of them changed, and with fingerprints that say that nothing was."""
    name, result = draw.choice(sorted(files)), dict(files)
    if name.endswith(".json") and draw.random() < 0.7:
        result[name] = with_odd_value(files[name], draw)
    else:
        result[name] = mutated(files[name], draw)
    if name != MANIFEST:
        document = json.loads(files[MANIFEST])
        document["sha256"] = {each: hashlib.sha256(result[each]).hexdigest() for each in document["sha256"]}
        result[MANIFEST] = json.dumps(document).encode()
    return result


def write(files: Files, folder: Path) -> None:
    """Put the files where a saved run is looked for."""
    place = folder / "step-1"
    place.mkdir(exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content)


def endure(files: Files, folder: Path, seeds: range) -> int:
    """Open changed copies; returns how many could be gone on with all the same."""
    survived, modules = 0, set(sys.modules)
    for seed in seeds:
        write(changed(files, random.Random(seed)), folder)
        before, said = time.perf_counter(), ""
        try:
            open_saved(folder, History()).session.close()
            survived += 1
        except PgvizError as error:
            said = str(error)
        assert "\n" not in said, seed
        assert len(said) < 500, seed
        assert time.perf_counter() - before < LONGEST, seed
    assert not FIRED
    assert set(sys.modules) == modules
    return survived


@pytest.mark.parametrize("algorithm", list(SETTINGS))
def test_that_a_changed_checkpoint_is_one_fault_or_none(
    tmp_path: Path, originals: dict[str, Files], algorithm: str
) -> None:
    write(originals[algorithm], tmp_path)
    open_saved(tmp_path, History()).session.close()  # as it was
    assert endure(originals[algorithm], tmp_path, range(150)) < 150


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_that_none_of_ten_thousand_changed_checkpoints_is_more_than_one_fault(
    tmp_path: Path, originals: dict[str, Files]
) -> None:
    for files in originals.values():
        endure(files, tmp_path, range(1000, 6000))


def test_that_nobody_is_made_to_wait_for_a_run_without_end(tmp_path: Path, originals: dict[str, Files]) -> None:
    document = json.loads(originals["ppo"][MANIFEST])
    document["notes"]["ahead"] = MOST_AHEAD + 1
    write(originals["ppo"] | {MANIFEST: json.dumps(document).encode()}, tmp_path)

    with pytest.raises(PgvizError, match="cannot be read"):
        open_saved(tmp_path, History())
