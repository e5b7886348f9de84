"""A data set has the episodes of the run: whoever sends their actions to the environment gets what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

pytest.importorskip("minari")
pytest.importorskip("h5py")

import minari

from pgviz.cli import main
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.export import extras, minari_dataset
from pgviz.export.minari_dataset import WrittenDataset, dataset_folder, write_dataset
from pgviz.export.whole import ExportError
from pgviz.session.headless import train
from pgviz.session.recorded import open_recording
from pgviz.session.recorder import RecordingOptions
from pgviz.session.relive import NotReproducible
from pgviz.training.events import EpisodeEnded, Event, StepTaken
from tests.session.recordings import SMALL, recorded
from tests.session.test_lived_again import MOODY, recorded_from

OFF_POLICY = {"learning_starts": 50, "buffer_size": 5000, "batch_size": 16, "hidden_sizes": (8,)}
NESTED = "tests.environments.matching:MatchingNested-v0"
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "softmax": ("CartPole-v1", "ppo", {"environment_count": 3}),
    "whole episodes": ("CartPole-v1", "reinforce", {}),
    "values": ("CartPole-v1", "dqn", OFF_POLICY),
    "bins": ("Pendulum-v1", "dqn", OFF_POLICY | {"bins": 3}),
    "gaussian": ("Pendulum-v1", "sac", OFF_POLICY),
    "numbers": ("FrozenLake-v1", "a2c", {"environment_count": 2}),
    "masks": ("pgviz/MaskedGrid-v0", "ppo", {"environment_count": 2}),
    "parts": (NESTED, "ppo", {"environment_count": 2}),
    "limit": ("tests.environments.toys:EndingAtLimit-v0", "ppo", {"environment_count": 2}),
}


def exported(recording: Path, folder: Path, **given: Any) -> WrittenDataset:
    with open_recording(recording) as opened:
        return write_dataset(opened, folder, **given)


def trained(path: Path, config: RunConfig) -> list[EpisodeEnded]:
    """Train with a recording; the episodes that ended."""
    told: list[Event] = []
    train(config, on_event=told.append, record=(path, RecordingOptions()))
    return [each for each in told if isinstance(each, EpisodeEnded)]


def part(values: Any, index: int) -> Any:
    """One of the values of a space, out of the arrays of all of them."""
    if isinstance(values, dict):
        return {key: part(each, index) for key, each in values.items()}
    return tuple(part(each, index) for each in values) if isinstance(values, tuple) else values[index]


@pytest.mark.parametrize("case", CASES)
def test_that_the_environment_gives_for_each_action_what_is_in_the_data_set(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "sets"))
    (folder := tmp_path / "sets" / "of-pgviz").mkdir(parents=True)
    environment, algorithm, given = CASES[case]
    config = RunConfig.create(environment, algorithm, seed=7, steps=450, **given)
    episodes = trained(tmp_path / "run.pgviz", config)

    written = exported(tmp_path / "run.pgviz", folder / "run")

    dataset = minari.load_dataset("of-pgviz/run-v0")
    assert "of-pgviz/run-v0" in minari.list_local_datasets()
    assert (written.episodes, written.steps) == (dataset.total_episodes, dataset.total_steps)
    assert len(episodes) == written.episodes > 1
    peer = gymnasium.make(environment)
    assert dataset.observation_space == peer.observation_space
    assert dataset.action_space == peer.action_space
    told = dataset.storage.get_episode_metadata(range(len(dataset)))
    for ended, episode, said in zip(episodes, dataset, told, strict=True):
        assert said["seed"] == ended.seed
        assert (said["pgviz_episode"], said["pgviz_copy"]) == (ended.episode, ended.environment_index)
        assert (len(episode), said["pgviz_step"]) == (ended.length, ended.step)
        assert float(episode.rewards.sum()) == pytest.approx(ended.episode_return)
        require_replays(peer, ended.seed, episode)
        assert (episode.terminations[-1], episode.truncations[-1]) == (ended.terminated, ended.truncated)
    peer.close()


def require_replays(environment: gymnasium.Env[Any, Any], seed: int, episode: Any) -> None:
    """Play an episode again, and compare all that the environment says."""
    observation, info = environment.reset(seed=seed)
    for step in range(len(episode) + 1):
        assert np.array_equal(part(episode.observations, step), observation)
        for name, values in episode.infos.items():
            assert np.array_equal(part(values, step), info[name])
        if step < len(episode):
            action = part(episode.actions, step)
            assert environment.action_space.contains(action)
            observation, reward, terminated, truncated, info = environment.step(action)
            assert episode.rewards[step] == reward
            assert (episode.terminations[step], episode.truncations[step]) == (terminated, truncated)


def test_that_the_actions_are_those_that_were_recorded(tmp_path: Path) -> None:
    path, rows = recorded(tmp_path / "run.pgviz", 400)
    dataset = minari.MinariDataset(exported(path, tmp_path / "run").path / "data")

    numbers = [said["pgviz_episode"] for said in dataset.storage.get_episode_metadata(range(len(dataset)))]
    by_number = dict(zip(numbers, dataset, strict=True))
    compared = 0
    for taken in rows.steps():
        assert isinstance(taken, StepTaken)
        detail = taken.detail
        assert detail is not None
        if detail.episode in by_number:
            episode = by_number[detail.episode]
            assert np.array_equal(episode.observations[detail.episode_step], detail.decision.observation)
            assert episode.actions[detail.episode_step] == detail.decision.action  # type: ignore[attr-defined]
            assert episode.rewards[detail.episode_step] == detail.reward
            compared += 1
    assert compared > 100


def test_that_the_data_set_says_what_it_is_of(tmp_path: Path) -> None:
    told: list[float] = []
    path, rows = recorded(tmp_path / "run.pgviz", 400)
    written = exported(path, tmp_path / "here-v3", progress=told.append)

    assert written == WrittenDataset(tmp_path / "here-v3", len(rows.of(EpisodeEnded)), written.steps, 0)
    dataset = minari.MinariDataset(written.path / "data")
    metadata = dataset.storage.metadata
    assert dataset.id == "here-v3"
    assert dataset.env_spec.id == "CartPole-v1"
    assert dataset.recover_environment().spec.id == "CartPole-v1"
    assert metadata["algorithm_name"] == "ppo"
    assert f"{written.episodes} episodes of CartPole-v1" in metadata["description"]
    assert "seed 0" in metadata["description"]
    assert "author" not in metadata
    assert metadata["pgviz_run"] == json.loads(rows.config.to_json())
    assert told == sorted(told)
    assert 350 < told[-1] <= 400
    assert sorted(each.name for each in tmp_path.iterdir()) == ["here-v3", "run.pgviz"]


def test_that_pictures_are_stored_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minari_dataset, "BYTES_AT_ONCE", 10_000)  # several times, then
    config = RunConfig.create("Noise-v0", "ppo", steps=40, environment_count=1, rollout_length=8, minibatch_size=8)
    episodes = trained(tmp_path / "run.pgviz", config)
    dataset = minari.MinariDataset(exported(tmp_path / "run.pgviz", tmp_path / "run").path / "data")

    peer = gymnasium.make("Noise-v0")
    assert len(dataset) == len(episodes) > 3
    for ended, episode in zip(episodes, dataset, strict=True):
        require_replays(peer, ended.seed, episode)


class Noise(gymnasium.Env[Any, Any]):
    """Pictures that no JPEG holds; infos of every kind."""

    metadata: dict[str, Any] = {}  # noqa: RUF012
    observation_space = gymnasium.spaces.Box(0, 255, (40, 40, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, **_: Any) -> None:
        self.left = 0

    def answer(self) -> tuple[Any, dict[str, Any]]:
        infos = {"number": float(self.np_random.random()), "deep": {"ok": True}, "a/b": 1.0, "name": "x"}
        return self.np_random.integers(256, size=(40, 40, 3), dtype=np.uint8), infos

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.left = 5
        return self.answer()

    def step(self, action: Any) -> Any:
        self.left -= 1
        observation, info = self.answer()
        return observation, 1.0, self.left == 0, False, info | {"late": 1.0}


gymnasium.register("Noise-v0", entry_point=Noise)


def test_that_infos_are_there_where_every_state_has_them(tmp_path: Path) -> None:
    config = RunConfig.create("Noise-v0", "ppo", steps=16, environment_count=1, rollout_length=8, minibatch_size=8)
    trained(tmp_path / "run.pgviz", config)
    dataset = minari.MinariDataset(exported(tmp_path / "run.pgviz", tmp_path / "run").path / "data")
    assert dataset.env_spec is None  # a class cannot be written down
    assert dataset[0].infos.keys() == {"number", "deep"}
    assert dataset[0].infos["deep"]["ok"].tolist() == [True] * 6


def test_that_what_does_not_replay_leaves_nothing(tmp_path: Path) -> None:
    recorded_from(tmp_path / "run.pgviz", MOODY, 100, 200)
    with pytest.raises(NotReproducible, match="cannot be lived again exactly"):
        exported(tmp_path / "run.pgviz", tmp_path / "run")
    assert [each.name for each in tmp_path.iterdir()] == ["run.pgviz"]


def test_that_what_is_given_up_or_does_not_fit_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = recorded(tmp_path / "run.pgviz", 400)

    def interrupt(_steps: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exported(path, tmp_path / "run", progress=interrupt)
    monkeypatch.setattr(minari_dataset, "EPISODE_BYTES", 2**60)
    with pytest.raises(ExportError, match=r"cannot write .*run-v0: No space left on device"):
        exported(path, tmp_path / "run")
    assert [each.name for each in tmp_path.iterdir()] == ["run.pgviz"]


def test_that_a_recording_without_an_episode_is_one_sentence(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path / "run.pgviz", 8)
    with pytest.raises(ExportError, match="record for longer"):
        exported(path, tmp_path / "run")
    assert [each.name for each in tmp_path.iterdir()] == ["run.pgviz"]


def test_that_a_data_set_needs_a_name_a_place_and_minari(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dataset_folder(tmp_path / "run") == tmp_path / "run-v0"
    assert dataset_folder(tmp_path / "run-v12") == tmp_path / "run-v12"
    for path in (tmp_path / "a b", tmp_path / "a.b", tmp_path / "-v0", Path("/")):
        with pytest.raises(UsageError, match="named in letters, digits"):
            dataset_folder(path)
    (tmp_path / "run-v0").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        dataset_folder(tmp_path / "run")
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"needs minari and h5py and PIL: pip install 'pgviz\[minari\]'"):
        dataset_folder(tmp_path / "other")


def test_that_the_command_writes_it_and_says_how_to_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = RunConfig.create("CartPole-v1", "ppo", **SMALL)
    told = recorded_from(tmp_path / "run.pgviz", config, 207, 600)
    episodes = [each for each in told if isinstance(each, EpisodeEnded)]

    assert main(["export", "run.pgviz", "--minari", "run"]) == 0
    said = capsys.readouterr().out.splitlines()
    dataset = minari.MinariDataset("run-v0/data")
    assert said[0].startswith("Living ")
    assert said[1].startswith(f"run-v0: {len(dataset)} episodes, {dataset.total_steps} steps")
    assert said[1].endswith("to be read with minari.MinariDataset('run-v0/data')")
    earlier = len(episodes) - len(dataset)
    assert (f"; {earlier} earlier one" in said[1]) == (earlier > 0)

    assert main(["export", "run.pgviz", "--minari", "run"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_that_a_module_that_a_recording_names_is_imported_only_when_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = recorded(tmp_path / "run.pgviz", 20, config=RunConfig.create(NESTED, "ppo", environment_count=1))
    command = ["export", str(path), "--minari", str(tmp_path / "run")]
    assert main(command) == 2
    assert "say --allow tests.environments.matching if you trust it" in capsys.readouterr().err
    assert main([*command, "--allow", "tests.environments"]) == 2
    assert main([*command, "--allow", "tests.environments.matching"]) == 0
