"""Runs on disk: exact, whole or not there, and never executed."""

from __future__ import annotations

import contextlib
import json
import pickle
import random
from pathlib import Path

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.session.session import Session
from pgviz.training import checkpoint
from pgviz.training.checkpoint import CheckpointError, checkpoints, load, load_latest, save
from pgviz.training.snapshot import Snapshot
from tests.training.driving import short_config

RUNS: list[tuple[str, str, dict[str, object]]] = [
    ("CartPole-v1", "ppo", {}),
    ("CartPole-v1", "reinforce", {}),
    ("Pendulum-v1", "a2c", {"normalize_observation": True, "normalize_reward": True}),
    ("FrozenLake-v1", "a2c", {}),
    ("pgviz/MaskedGrid-v0", "ppo", {}),
    ("pgviz/RockPaperScissorsBestResponse-v0", "a2c", {}),
]
OFF_POLICY: list[tuple[str, str, dict[str, object]]] = [
    (
        "CartPole-v1",
        "dqn",
        {"learning_starts": 50, "buffer_size": 200, "train_frequency": 4, "hidden_sizes": (8,)},
    ),
    ("Pendulum-v1", "sac", {"learning_starts": 50, "buffer_size": 200, "hidden_sizes": (8,)}),
]


def taken(config: RunConfig, events: int) -> tuple[Session, int, Snapshot]:
    """A run so many events long, and the last snapshot in it with its place."""
    session = Session(config, keep_log=True)
    latest: list[tuple[int, Snapshot]] = []
    session.trainer.on_iteration = lambda: latest.append((session.position, session.trainer.capture()))
    for _ in range(events):
        session.pull()
    session.trainer.on_iteration = None
    return session, *latest[-1]


def a_checkpoint(folder: Path) -> Path:
    session, _, snapshot = taken(short_config("CartPole-v1", "ppo", steps=10**6), 60)
    session.close()
    return save(folder, session.config, snapshot, {"episodes": 4})


@pytest.mark.parametrize(("environment", "algorithm", "settings"), RUNS + OFF_POLICY)
def test_that_a_run_goes_on_exactly_from_disk(
    environment: str, algorithm: str, settings: dict[str, object], tmp_path: Path
) -> None:
    if algorithm in {"dqn", "sac"}:
        config = RunConfig.create(environment, algorithm, steps=10**6, **settings)
    else:
        config = short_config(environment, algorithm, steps=10**6, **settings)
    session, place, snapshot = taken(config, 500)
    save(tmp_path, config, snapshot)
    stored = load_latest(tmp_path)
    assert stored.config == config
    for _ in range(150):
        session.pull()
    with Session(stored.config, start=stored.snapshot) as again:
        for _ in range(650 - place):
            again.pull()
        assert again.divergence is None
        assert again.trainer.policy.weights_sha256() == session.trainer.policy.weights_sha256()
        assert again.trainer.step == session.trainer.step
    session.close()


def test_that_the_last_few_are_kept_and_what_was_being_written_is_not_one(tmp_path: Path) -> None:
    session, _, snapshot = taken(short_config("CartPole-v1", "a2c", steps=10**6), 40)
    session.close()
    (tmp_path / ".step-000000000001.part").mkdir()
    (tmp_path / "step-000000000002").mkdir()
    for _ in range(5):
        object.__setattr__(snapshot, "step", snapshot.step + 10)
        save(tmp_path, session.config, snapshot)
    assert len(checkpoints(tmp_path)) == checkpoint.KEPT
    assert load_latest(tmp_path).snapshot.step == snapshot.step


def test_that_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path: Path) -> None:
    session, _, snapshot = taken(short_config("CartPole-v1", "a2c", steps=10**6), 40)
    session.close()
    first = save(tmp_path, session.config, snapshot)
    object.__setattr__(snapshot, "step", snapshot.step + 10)
    second = save(tmp_path, session.config, snapshot)
    (second / checkpoint.TENSORS).write_bytes(b"short")
    assert load_latest(tmp_path).snapshot.step == int(first.name.removeprefix("step-"))
    with pytest.raises(CheckpointError, match="damaged"):
        load(second)


def test_that_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    session, _, snapshot = taken(short_config("CartPole-v1", "a2c", steps=10**6), 20)
    session.close()
    with pytest.raises(CheckpointError, match="cannot write a checkpoint into"):
        save(tmp_path / "file", session.config, snapshot)
    with pytest.raises(CheckpointError, match="no checkpoint in"):
        load_latest(tmp_path)


class Canary:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("canary-fired"),))  # type: ignore[return-value]


def test_that_nothing_in_a_file_is_executed_and_crafted_ones_get_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = a_checkpoint(tmp_path)
    originals = {
        name: (place / name).read_bytes() for name in (checkpoint.MANIFEST, checkpoint.STATE, checkpoint.TENSORS)
    }
    rng = random.Random(0)

    def refuses() -> None:
        with pytest.raises(CheckpointError):
            load(place)
        for name, content in originals.items():
            (place / name).write_bytes(content)

    for name, content in originals.items():
        (place / name).write_bytes(pickle.dumps(Canary()))
        refuses()
        (place / name).write_bytes(content[: len(content) // 2])
        refuses()
    # Sums that fit, so that the readers themselves are reached.
    monkeypatch.setattr(checkpoint, "_sha256", lambda path: "same")
    manifest = json.loads(originals[checkpoint.MANIFEST])
    manifest["sha256"] = dict.fromkeys(manifest["sha256"], "same")
    originals[checkpoint.MANIFEST] = json.dumps(manifest).encode()
    (place / checkpoint.MANIFEST).write_bytes(originals[checkpoint.MANIFEST])
    load(place)
    for name, content in originals.items():
        for _ in range(60):
            broken = bytearray(content)
            for _ in range(rng.randint(1, 8)):
                broken[rng.randrange(len(broken))] = rng.randrange(256)
            (place / name).write_bytes(bytes(broken))
            with contextlib.suppress(CheckpointError):
                load(place)
            (place / name).write_bytes(content)
    (place / checkpoint.MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(CheckpointError, match="format 99"):
        load(place)
    assert not (tmp_path / "canary-fired").exists()


def test_that_tensors_come_back_as_they_were(tmp_path: Path) -> None:
    place = a_checkpoint(tmp_path)
    stored, again = load(place), load(place)
    flat = stored.snapshot.algorithm["policy"]["flat"]
    assert flat.dtype == np.float32
    assert np.array_equal(flat, again.snapshot.algorithm["policy"]["flat"])
    assert stored.notes == {"episodes": 4}
