"""Trainers to test with, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pgviz.config import RunConfig
from pgviz.training.events import Event
from pgviz.training.trainer import Trainer

ALGORITHMS = ("reinforce", "a2c", "ppo")
Kind = TypeVar("Kind", bound=Event)

# Small and quick, with several updates in a few hundred steps.
SHORT: dict[str, dict[str, object]] = {
    "reinforce": {"episodes_per_update": 3},
    "a2c": {"rollout_length": 6},
    "ppo": {"rollout_length": 16, "minibatch_size": 24, "epochs": 2},
}


def short_config(environment: str, algorithm: str, **settings: object) -> RunConfig:
    """A run of a few hundred steps with small layers."""
    common: dict[str, object] = {"steps": 300, "environment_count": 3, "hidden_sizes": (8,)}
    return RunConfig.create(environment, algorithm, **(common | SHORT[algorithm] | settings))


@contextmanager
def trainer_of(config: RunConfig, *, render: bool = False) -> Iterator[Trainer]:
    """A trainer that is closed in the end."""
    trainer = Trainer(config, render=render)
    try:
        yield trainer
    finally:
        trainer.close()


def events_of(config: RunConfig) -> list[Event]:
    """All events of a run."""
    with trainer_of(config) as trainer:
        return list(trainer.events())


def fingerprint(
    config: RunConfig, *, render: bool = False, meddle: Callable[[Trainer, Event], None] | None = None
) -> str:
    """The weights after a run in which `meddle` was called with every event."""
    with trainer_of(config, render=render) as trainer:
        for event in trainer.events():
            if meddle is not None:
                meddle(trainer, event)
        return trainer.policy.weights_sha256()


def of_kind(events: list[Event], kind: type[Kind]) -> list[Kind]:
    """Those events that are of this kind."""
    return [event for event in events if isinstance(event, kind)]


def pull_until(events: Iterator[Event], kind: type[Kind]) -> Kind:
    """The next event of this kind."""
    for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"the run ended without another {kind.__name__}")
