"""Each mistake, made on purpose, is found in time; healthy runs raise nothing."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from pgviz.session.doctor import CHECKS, Doctor, watching
from tests.environments.matching import IDS
from tests.session.doctor.patients import examined

SMALL: dict[str, Any] = {"hidden_sizes": (32, 32), "rollout_length": 256}
PENDULUM: dict[str, Any] = {**SMALL, "environment_count": 4}
GRID = "pgviz/MaskedGrid-v0"

INJECTED: list[tuple[str, str, str, int, dict[str, Any]]] = [
    ("loss_sign", "CartPole-v1", "ppo", 3, {"mistake": "flipped_sign"}),
    ("loss_sign", "CartPole-v1", "a2c", 3, {"mistake": "flipped_sign"}),
    ("loss_sign", "CartPole-v1", "reinforce", 3, {"mistake": "flipped_sign"}),
    ("loss_sign", "Pendulum-v1", "ppo", 3, {"mistake": "flipped_sign", **PENDULUM}),
    ("initial_entropy", "CartPole-v1", "ppo", 1, {"mistake": "deterministic_start"}),
    ("initial_entropy", "Pendulum-v1", "a2c", 1, {"mistake": "deterministic_start"}),
    ("narrow_start", "Pendulum-v1", "ppo", 1, {"initial_std": 0.02, **PENDULUM}),
    ("entropy_collapse", "CartPole-v1", "ppo", 40, {"mistake": "flipped_sign"}),
    ("std_collapse", "Pendulum-v1", "ppo", 10, {"mistake": "deterministic_start", **PENDULUM}),
    ("std_explosion", "Pendulum-v1", "ppo", 20, {"entropy_coefficient": 1.0, "action_bounds": "clip", **PENDULUM}),
    ("clipped_actions", "Pendulum-v1", "ppo", 3, {"action_bounds": "clip", "initial_std": 4.0, **PENDULUM}),
    ("tanh_correction", "Pendulum-v1", "ppo", 2, {"mistake": "no_tanh_correction", **PENDULUM}),
    ("tanh_correction", "Pendulum-v1", "a2c", 2, {"mistake": "no_tanh_correction", "std_kind": "state"}),
    ("tanh_correction", IDS[3], "a2c", 2, {"mistake": "no_tanh_correction"}),
    ("mask_in_update", GRID, "ppo", 2, {"mistake": "mask_only_in_acting", **SMALL}),
    ("mask_in_update", GRID, "a2c", 2, {"mistake": "mask_only_in_acting"}),
    ("truncation", "Pendulum-v1", "ppo", 3, {"mistake": "truncation_as_termination", **PENDULUM}),
    ("truncation", "Pendulum-v1", "a2c", 90, {"mistake": "truncation_as_termination"}),
    ("advantage_scale", "Pendulum-v1", "ppo", 4, {"normalize_advantage": False, "gamma": 0.99, **PENDULUM}),
    ("critic", "CartPole-v1", "ppo", 80, {"value_coefficient": 0.0}),
    ("learning_rate", "CartPole-v1", "ppo", 3, {"learning_rate": 0.1}),
    ("learning_rate", "CartPole-v1", "a2c", 3, {"learning_rate": 0.3}),
    ("learning_rate", "CartPole-v1", "reinforce", 3, {"learning_rate": 0.3}),
    ("dead_units", "CartPole-v1", "ppo", 3, {"mistake": "dead_units", "activation": "relu"}),
    ("dead_units", "CartPole-v1", "a2c", 3, {"mistake": "dead_units", "activation": "tanh"}),
]

HEALTHY: list[tuple[str, str, int, int, int, dict[str, Any]]] = [
    # environment, algorithm, seed, updates here, updates at leisure
    ("CartPole-v1", "ppo", 11, 40, 390, {}),
    ("CartPole-v1", "a2c", 12, 500, 5000, {}),
    ("CartPole-v1", "reinforce", 13, 15, 60, {}),
    ("Pendulum-v1", "ppo", 14, 2, 20, {}),
    ("FrozenLake-v1", "ppo", 15, 5, 40, {}),
    (GRID, "ppo", 16, 4, 40, {}),
]


@pytest.mark.parametrize(("name", "environment", "algorithm", "updates", "settings"), INJECTED)
def test_that_a_mistake_is_found_within_so_many_updates(
    name: str, environment: str, algorithm: str, updates: int, settings: dict[str, Any]
) -> None:
    doctor = examined(environment, algorithm, updates=updates, until=name, seed=3, **settings)
    (finding,) = [each for each in doctor.findings if each.name == name]
    assert finding.update <= updates
    evidence = finding.evidence
    assert evidence.values.shape == (len(evidence.names), len(evidence.steps))
    assert np.isfinite(evidence.values).any(), "a finding comes with its evidence"
    assert finding.sentence.endswith(".")
    assert finding.advice.endswith(".")
    assert any(character.isdigit() for character in finding.sentence), "and with the numbers"
    pickle.loads(pickle.dumps(finding))


@pytest.mark.parametrize(("environment", "algorithm", "seed", "updates", "longer", "settings"), HEALTHY)
def test_that_a_healthy_run_raises_nothing(
    environment: str, algorithm: str, seed: int, updates: int, longer: int, settings: dict[str, Any]
) -> None:
    doctor = examined(environment, algorithm, updates=updates, seed=seed, **settings)
    assert [finding.sentence for finding in doctor.findings] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("environment", "algorithm", "offset", "updates", "longer", "settings"), HEALTHY)
def test_that_a_healthy_run_raises_nothing_at_leisure(
    environment: str, algorithm: str, offset: int, updates: int, longer: int, settings: dict[str, Any], seed: int
) -> None:
    doctor = examined(environment, algorithm, updates=longer, seed=100 * seed + offset, **settings)
    assert [finding.sentence for finding in doctor.findings] == []


def test_that_every_check_is_put_to_the_test() -> None:
    assert {check.name for check in CHECKS} == {name for name, *_ in INJECTED}


@pytest.mark.parametrize(
    ("mistake", "title"),
    [
        ("deterministic_start", "The policy starts out decided"),
        ("mask_only_in_acting", "The entropy at the start is too high"),
    ],
)
def test_that_an_entropy_at_the_start_is_too_low_or_too_high(mistake: str, title: str) -> None:
    doctor = examined(GRID, "a2c", updates=1, seed=3, mistake=mistake)

    assert [each.title for each in doctor.findings if each.name == "initial_entropy"] == [title]


def test_that_a_mistake_is_said_once_and_again_after_going_back_before_it() -> None:
    import pgviz

    with pgviz.debug("CartPole-v1", seed=3, mistake="flipped_sign") as session:
        session.step_update(5)
        assert [finding.name for finding in session.findings] == ["loss_sign"]
        session.rewind(session.step_count // 8 - 1)
        assert not session.findings
        session.step_update(12)
        assert "loss_sign" in [finding.name for finding in session.findings]


def test_that_a_fork_is_watched_from_where_it_begins() -> None:
    import pgviz

    with pgviz.debug("CartPole-v1", seed=3) as session:
        session.step_update()
        with session.fork(learning_rate=0.5) as branch:
            branch.step_update(4)
            assert "learning_rate" in [finding.name for finding in branch.findings]
        assert session.findings == ()


def test_that_only_mistakes_are_watched_for_that_the_run_can_make() -> None:
    import pgviz

    def watched(environment: str, algorithm: str = "ppo", **settings: Any) -> set[str]:
        with pgviz.debug(environment, algorithm, **settings) as session:
            return {check.name for check in watching(session.session.introduce())}

    cartpole = watched("CartPole-v1")
    assert {"loss_sign", "entropy_collapse", "truncation"} <= cartpole
    assert not cartpole & {"std_collapse", "clipped_actions", "tanh_correction", "mask_in_update"}
    assert "truncation" not in watched("CartPole-v1", "reinforce", baseline=False)
    assert "mask_in_update" in watched(GRID)
    assert "mask_in_update" not in watched(GRID, action_mask=False)
    assert watched("CartPole-v1", "dqn", steps=100) == set()


def test_that_a_doctor_without_a_run_has_nothing_to_say() -> None:
    from pgviz.training.events import StepTaken

    assert Doctor().take(StepTaken(1)) == []
