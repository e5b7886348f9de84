"""A recorded run's episodes as a Minari data set, for offline learning: ``minari.MinariDataset(FOLDER / "data")``.

A recording has what the window showed; the episodes themselves are lived again (:mod:`pgviz.session.lived_again`),
and what happens is held against what was recorded. The data set has every episode that ended in every copy of the
environment, in the order in which they ended, with

===========================  =====================================================================================
of each                      there are
===========================  =====================================================================================
episode                      its seed, ``pgviz_episode`` (its number), ``pgviz_copy``, ``pgviz_step`` (of the run,
                             at its end), and Minari's own sums of its rewards
step                         action, reward, termination, truncation, as the environment took and gave them
state, T + 1 per episode     observation, and those numbers of ``info`` that all states of the episode have
===========================  =====================================================================================

Pictures are stored as they are: Minari's JPEG would change them. ``pgviz_run`` among the data set's metadata is
the run's configuration.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from gymnasium.envs.registration import EnvSpec

from pgviz._version import __version__
from pgviz.config import RunConfig
from pgviz.environments.listening import HeardEpisode, ListenedEnvironment
from pgviz.environments.registry import specification
from pgviz.errors import UsageError, in_brief
from pgviz.export.extras import MINARI
from pgviz.export.whole import ExportError, written_whole
from pgviz.recording.reader import Recording
from pgviz.recording.writer import LEAST_FREE
from pgviz.session.lived_again import LivedAgain
from pgviz.training.events import EpisodeEnded
from pgviz.training.seeding import RunSeeds

# Opening the file costs more than most episodes.
EPISODES_AT_ONCE = 200
BYTES_AT_ONCE = 32 * 2**20
# What HDF5 takes for the tables of one, beside the numbers; measured were 15 kB.
EPISODE_BYTES = 32 * 2**10


@dataclass(frozen=True, slots=True)
class WrittenDataset:
    """What was written.

    Parameters
    ----------
    path
        The folder.
    episodes, steps
        How many are in it.
    left_out
        Episodes of the recording that ended before the run could be lived again from.
    """

    path: Path
    episodes: int
    steps: int
    left_out: int


def dataset_folder(path: Path) -> Path:
    """Where the data set goes that is to be written at `path`: the same, with a version as Minari wants it.

    Raises
    ------
    UsageError
        Where what writes such data sets is not installed, its name is none that Minari takes, or it is there.
    """
    if MINARI.missing:
        raise UsageError(f"writing a Minari data set needs {MINARI.missing}.")
    if not re.fullmatch(r"\w[-\w]*", path.name):
        raise UsageError(
            "a Minari data set is a folder named in letters, digits, - and _, such as cartpole-ppo-v0; "
            f"got {path.name!r}."
        )
    folder = path if re.search(r"-v\d+$", path.name) else path.with_name(f"{path.name}-v0")
    if folder.exists():
        raise UsageError(f"{folder} is there already; move it away, or export under another name.")
    return folder


def write_dataset(
    recording: Recording, path: Path, progress: Callable[[float], None] = lambda _: None
) -> WrittenDataset:
    """Write the episodes of a recorded run; the folder appears only when it is whole.

    The environment is made and the run lived again, which takes as long as the run did. Where the environment is
    of the form ``module:Id``, whoever has the file from a stranger is to be asked before.

    Parameters
    ----------
    recording
        The run.
    path
        As for :func:`dataset_folder`.
    progress
        Told every now and then how many steps have been lived.

    Raises
    ------
    UsageError
        As :func:`dataset_folder` does, and where the environment cannot be made here.
    NotReproducible
        Where the run, lived again, does not do what was recorded.
    ExportError
        Where the data set cannot be written, or has no episode in it.
    """
    folder, config = dataset_folder(path), recording.started.config
    seeds = RunSeeds(config.seed).environments
    environment = ListenedEnvironment(config.environment, config.environment_count, seeds)
    run = LivedAgain(recording, environment)
    try:
        with written_whole(folder) as part:
            dataset = _Dataset(part, environment)
            for fact in run.facts():
                if isinstance(fact, EpisodeEnded):
                    dataset.add(environment.last_episode(fact.environment_index), fact)
                progress(fact.step - recording.started.step)
            if not dataset.episodes:
                raise ExportError("no episode that can be lived again ended in the recording; record for longer.")
            dataset.finish(_name(folder), config)
    finally:
        run.close()
    return WrittenDataset(folder, dataset.episodes, dataset.steps, run.earlier_episodes)


class _Dataset:
    """A data set that is being written, some episodes at a time.

    Attributes
    ----------
    episodes, steps
        How many there are so far.
    """

    def __init__(self, folder: Path, environment: ListenedEnvironment) -> None:
        from minari.dataset.minari_storage import MinariStorage

        self._observation_space, self._action_space = environment.observation_space, environment.action_space
        folder.mkdir()
        self._folder = folder
        self._storage = MinariStorage.new(
            (folder / "data").absolute(),  # of any other Minari cannot tell the size
            observation_space=self._observation_space,
            action_space=self._action_space,
            env_spec=_writable(specification(environment.id)),
            data_format="hdf5",
            jpeg_encoding=False,
        )
        self._waiting: list[Any] = []
        self._told: list[dict[str, Any]] = []
        self._bytes = 0
        self.episodes = self.steps = 0

    def add(self, heard: HeardEpisode, ended: EpisodeEnded) -> None:
        """Take an episode in."""
        from minari.data_collector.episode_buffer import EpisodeBuffer

        observations = _stacked(self._observation_space, heard.observations)
        actions = _stacked(self._action_space, heard.actions)
        self._waiting.append(
            EpisodeBuffer(
                seed=heard.seed,
                observations=observations,
                actions=actions,
                rewards=heard.rewards,
                terminations=heard.terminations,
                truncations=heard.truncations,
                infos=_common(heard.infos),
            )
        )
        self._told.append(_told(heard, ended))
        self.episodes += 1
        self.steps += len(heard.rewards)
        self._bytes += _size(observations) + _size(actions)
        if len(self._waiting) >= EPISODES_AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self._write()

    def finish(self, name: str, config: RunConfig) -> None:
        """Write what waits, and what there is to say of all of it."""
        from importlib.metadata import version

        self._write()
        self._storage.update_metadata(
            {
                "dataset_id": name,
                "minari_version": version("minari"),
                "algorithm_name": config.algorithm,
                "description": (
                    f"{self.episodes:,} episodes of {config.environment}, by which {config.algorithm} learned: a"
                    f" run with seed {config.seed}, recorded and lived again by pgviz {__version__}."
                ),
                "pgviz_run": json.loads(config.to_json()),
            }
        )

    def _write(self) -> None:
        # HDF5 has no way back from a full disk: what it cannot write it tries again at every turn, and complains.
        if (
            shutil.disk_usage(self._folder).free
            < 2 * self._bytes + len(self._waiting) * EPISODE_BYTES + LEAST_FREE
        ):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        first = self.episodes - len(self._waiting)
        try:
            self._storage.update_episodes(self._waiting)
            self._storage.update_episode_metadata(self._told, range(first, self.episodes))
        except RuntimeError as error:  # as which it says that the disk has failed
            raise OSError(in_brief(error)) from error
        self._waiting, self._told, self._bytes = [], [], 0


def _told(heard: HeardEpisode, ended: EpisodeEnded) -> dict[str, Any]:
    """What there is to say of an episode: what Minari's own collector says, and where it was in the run."""
    rewards = np.array(heard.rewards)
    said = {f"rewards_{name}": float(getattr(rewards, name)()) for name in ("sum", "mean", "std", "max", "min")}
    said |= {"pgviz_episode": ended.episode, "pgviz_copy": ended.environment_index, "pgviz_step": ended.step}
    return said


def _writable(spec: EnvSpec) -> EnvSpec | None:
    """The environment's specification, where it can be written down: not with functions in it."""
    try:
        spec.to_json()
    except (TypeError, ValueError):
        return None
    return spec


def _name(folder: Path) -> str:
    """By which ``minari.load_dataset`` finds it: its way from Minari's own folder, where it is in that."""
    given = os.environ.get("MINARI_DATASETS_PATH")
    root = (Path(given) if given else Path.home() / ".minari" / "datasets").absolute()
    folder = folder.absolute()
    return folder.relative_to(root).as_posix() if folder.is_relative_to(root) else folder.name


def _stacked(space: Space[Any], values: Sequence[Any]) -> Any:
    """Values of a space as Minari stores them: an array for each simple space in it."""
    if isinstance(space, spaces.Dict):
        return {key: _stacked(each, [value[key] for value in values]) for key, each in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(_stacked(each, [value[i] for value in values]) for i, each in enumerate(space.spaces))
    return np.stack([np.asarray(value) for value in values])


def _common(infos: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The numbers that all infos have, in one shape; names with a slash are folders to HDF5."""
    found: dict[str, Any] = {}
    for name in infos[0]:
        values: list[Any] = [info.get(name) for info in infos]
        if "/" in name or not name.strip(".") or not name.isprintable():
            continue
        if all(isinstance(each, dict) for each in values):
            found |= {name: inner} if (inner := _common(values)) else {}
        elif all(isinstance(each, np.ndarray) and each.shape == values[0].shape for each in values):
            found[name] = np.stack(values)
    return found


def _size(stacked: Any) -> int:
    if isinstance(stacked, dict | tuple):
        return sum(_size(each) for each in (stacked.values() if isinstance(stacked, dict) else stacked))
    return int(stacked.nbytes)
