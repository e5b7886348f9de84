from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import ModuleType

import pytest

from pgviz.config import RunConfig
from pgviz.session.doctor import Finding
from pgviz.training.events import EpisodeEnded, Event, StepTaken, UpdateApplied


@dataclass
class FakeEvaluation:
    episodes: int
    return_mean: float
    return_std: float
    sampled: bool = False


@dataclass
class FakeResult:
    steps: int
    finished: bool
    episodes: int = 4
    return_mean_100: float | None = 12.5
    seconds: float = 2.0
    weights_sha256: str = "ab" * 32
    findings: tuple[Finding, ...] = ()
    updates: int = 10
    began: int = 0
    recording: None = None
    evaluation: Callable[[int], FakeEvaluation] = lambda episodes: FakeEvaluation(episodes, 20.0, 1.5)

    @property
    def steps_per_second(self) -> float:
        return self.steps / self.seconds

    def evaluate(self, episodes: int, sampled: bool | None = None) -> FakeEvaluation:
        return replace(self.evaluation(episodes), sampled=bool(sampled))


@dataclass
class FakeEngine:
    """Stands in for ``pgviz.session.headless``; `before_step` is called with the number of each step."""

    configs: list[RunConfig] = field(default_factory=list)
    before_step: Callable[[int], None] = lambda _step: None
    result: Callable[..., FakeResult] = FakeResult

    def train(
        self,
        config: RunConfig,
        on_event: Callable[[Event], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        keeper: object = None,
        doctor: object = None,
        record: object = None,
    ) -> FakeResult:
        assert on_event
        assert should_stop
        self.configs.append(config)
        for step in range(1, config.steps + 1):
            if should_stop():
                return self.result(step - 1, False)
            self.before_step(step)
            on_event(StepTaken(step))
            if step % 10 == 0:
                on_event(EpisodeEnded(step, 0, step // 10, 1, float(step), 10, True, False))
                on_event(UpdateApplied(step, step // 10, 1e-3, 0.5, 0.9, None, 0.1, 0.1, 0.5, 0.01, None, 0.3, 4))
        return self.result(config.steps, True)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake, module = FakeEngine(), ModuleType("pgviz.session.headless")
    module.train = fake.train  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return fake
