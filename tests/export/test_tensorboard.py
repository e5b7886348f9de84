"""What TensorBoard is shown has the names that Stable-Baselines3 gives the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorboardX")

from tensorboardX.proto.event_pb2 import Event as Stored
from tensorboardX.record_writer import RecordWriter  # noqa: F401 - the format that is read below

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.export import extras, tensorboard
from pgviz.export.tensorboard import TensorBoardLog
from pgviz.session.headless import train
from pgviz.session.notices import RunRewound
from pgviz.training.events import EpisodeEnded, Event, MinibatchComputed, UpdateApplied


def stored(path: Path) -> list[Stored]:
    """What is in one event file (TFRecord: length, its checksum, content, its checksum)."""
    content, place, found = path.read_bytes(), 0, []
    while place < len(content):
        length = int.from_bytes(content[place : place + 8], "little")
        found.append(Stored.FromString(content[place + 12 : place + 12 + length]))
        place += 16 + length
    return found


def rows(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Every scalar of every event file, by tag."""
    found: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        for event in stored(path):
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


@pytest.mark.parametrize(
    ("environment", "algorithm", "steps", "tags"),
    [
        ("CartPole-v1", "ppo", 4096, {"train/policy_gradient_loss", "train/approx_kl", "train/clip_fraction"}),
        ("Pendulum-v1", "a2c", 2000, {"train/policy_loss", "train/std", "pgviz/log_std/0"}),
        ("CartPole-v1", "dqn", 1500, {"train/loss", "rollout/exploration_rate", "train/value_loss"}),
        ("Pendulum-v1", "sac", 400, {"train/actor_loss", "train/critic_loss", "train/ent_coef"}),
    ],
)
def test_that_each_learner_has_its_tags(
    environment: str, algorithm: str, steps: int, tags: set[str], tmp_path: Path
) -> None:
    config = RunConfig.create(environment, algorithm, steps=steps)
    if algorithm == "sac":
        config = config.changed(hidden_sizes=(8,), learning_starts=50)
    seen: list[Event] = []

    with TensorBoardLog(tmp_path / "log") as log:

        def take(event: Event) -> None:
            seen.append(event)
            log.apply(event)

        train(config, on_event=take)

    found = rows(tmp_path / "log")
    assert tags | {"train/learning_rate", "train/loss", "time/fps"} <= found.keys()
    update = next(each for each in seen if isinstance(each, UpdateApplied))
    assert found["train/learning_rate"][0][0] == update.step
    assert found["train/learning_rate"][0][1] == pytest.approx(update.learning_rate)
    losses = [each.loss for each in seen if isinstance(each, MinibatchComputed) and each.update == 1]
    assert found["train/loss"][0][1] == pytest.approx(float(np.mean(losses)), rel=1e-5)
    gaps = np.diff([step for step, _ in found["train/loss"]])
    assert (gaps >= tensorboard.STEPS_BETWEEN).all()


def test_that_returns_are_the_mean_of_the_last_hundred_episodes(tmp_path: Path) -> None:
    with TensorBoardLog(tmp_path / "log") as log:
        for episode in range(150):
            log.apply(EpisodeEnded(episode, 0, episode, 1, float(episode), 7, True, False))
        log.apply(UpdateApplied(200, 1, 1e-3, 0.5, None, None, 0.25, 0.1, 0.5, None, None, 0.3, 4))

    found = rows(tmp_path / "log")
    assert found["rollout/ep_rew_mean"] == [(200, 99.5)]  # of episodes 50 to 149
    assert found["rollout/ep_len_mean"] == [(200, 7.0)]
    assert found["train/entropy_loss"] == [(200, -0.5)]


def test_that_logging_does_not_change_what_is_learned(tmp_path: Path) -> None:
    config = RunConfig.create("CartPole-v1", steps=2048)

    with TensorBoardLog(tmp_path / "log") as log:
        logged = train(config, on_event=log.apply)

    assert logged.weights_sha256 == train(config).weights_sha256


def test_that_what_is_missing_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot write to"):
        TensorBoardLog(tmp_path / "file")
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"needs tensorboardX: pip install 'pgviz\[tensorboard\]'"):
        TensorBoardLog(tmp_path / "log")


def test_that_what_was_gone_back_before_is_marked_as_undone(tmp_path: Path) -> None:
    def update(step: int, value_loss: float) -> UpdateApplied:
        return UpdateApplied(step, 1, 1e-3, 0.5, None, None, 0.25, value_loss, 0.5, None, None, 0.3, 4)

    with TensorBoardLog(tmp_path / "log") as log:
        for step in (300, 600, 900):
            log.apply(update(step, 1.0))
        log.apply(RunRewound(500, 1, 1))
        log.apply(update(620, 2.0))

    first, second = sorted((tmp_path / "log").iterdir())
    assert [step for step, _ in rows(tmp_path / "log")["train/value_loss"]] == [300, 600, 900, 620]
    assert first.name < second.name
    starts = [event.step for event in stored(second) if event.session_log.status == event.session_log.START]
    assert starts == [501]  # TensorBoard leaves out what earlier files have from this step on
    assert not [each for each in stored(first) if each.session_log.status == each.session_log.START]


def test_that_each_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    config = RunConfig.create("CartPole-v1", steps=2048)
    with TensorBoardLog(tmp_path / "log") as log:
        for _ in range(2):
            train(config, on_event=log.apply)

    first, second = rows(tmp_path / "log"), rows(tmp_path / "log" / "2")
    assert first["train/loss"] == second["train/loss"]
    assert first["rollout/ep_rew_mean"] == second["rollout/ep_rew_mean"]
