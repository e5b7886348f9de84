from __future__ import annotations

import pytest

from tests.benchmarks import registry
from tests.benchmarks.registry import IN_A_MODULE, Outcome, apart, attempt, candidates


def test_that_everything_promised_is_gone_through_and_what_is_not_installed_is_left_out() -> None:
    ids, left_out = candidates()
    assert {"CartPole-v1", "Blackjack-v1", "CarRacing-v3", "Humanoid-v5", "Taxi-v4", IN_A_MODULE} <= set(ids)
    assert {"pgviz/MaskedGrid-v0", "pgviz/RockPaperScissorsBestResponse-v0"} <= set(ids)
    assert not {"CartPole-v0", "Humanoid-v4"} & set(ids)
    assert "phys2d/CartPole-v1" in {*ids, *left_out}


def test_that_an_environment_is_trained_and_drawn() -> None:
    outcome = attempt(IN_A_MODULE)
    assert (outcome.algorithm, outcome.frame, outcome.reason) == ("ppo", "80×20", "")
    assert outcome.steps > 0


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("NoSuchEnvironment-v0", "NoSuchEnvironment"),
        ("tests.environments.toys:Undrawable-v0", "the screen is asleep"),
        ("tests.environments.toys:Pictureless-v0", "no rgb_array picture"),
        ("tests.environments.toys:Counting-v0", "one colour"),
    ],
)
def test_that_a_fault_is_said_and_not_raised(id: str, reason: str) -> None:
    assert reason in attempt(id).reason


def test_that_a_run_in_a_process_of_its_own_reports_and_is_stopped_in_time() -> None:
    assert apart("NoSuchEnvironment-v0", 60.0).reason.startswith("unknown environment")
    assert apart("CartPole-v1", 0.01).reason == "not done within 0 s"


def test_that_the_code_says_whether_all_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {"Good-v0": "", "Bad-v0": "it would not"}
    monkeypatch.setattr(registry, "candidates", lambda everything=False: (list(answers), []))
    monkeypatch.setattr(registry, "apart", lambda id, _timeout: Outcome(id, "ppo", reason=answers[id]))
    assert registry.main(["--only", "good"]) == 0
    assert registry.main([]) == 1
    assert "1 of 2 done" in capsys.readouterr().out
