"""A recording as a table has every step shown, episode and update in it, as they were."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from pgviz.config import RunConfig
from pgviz.export.csv_table import write_table
from pgviz.export.whole import ExportError
from pgviz.recording.reader import Recording
from pgviz.training.events import CategoricalDecision, EpisodeEnded, GaussianDecision, StepTaken, UpdateApplied
from tests.session.recordings import recorded


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("recordings") / "ü run.pgviz", steps=200)[0]


def test_that_the_table_has_what_was_recorded(recording: Path, tmp_path: Path) -> None:
    with Recording.open(recording) as opened:
        count = write_table(opened, tmp_path / "table.csv")
        events = [each.event for each in opened.events()]
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))

    assert len(table) == count
    by_kind = {kind: [row for row in table if row["kind"] == kind] for kind in ("step", "episode", "update")}
    shown = [each for each in events if isinstance(each, StepTaken) and each.detail is not None]
    assert len(by_kind["step"]) == len(shown) > 50
    for row, step in zip(by_kind["step"], shown, strict=True):
        assert step.detail is not None
        decision = step.detail.decision
        assert isinstance(decision, CategoricalDecision)
        assert int(row["step"]) == step.step
        assert int(row["action"]) == decision.action
        assert float(row["probability_1"]) == pytest.approx(float(decision.probabilities_A[1]))
        assert float(row["observation_2"]) == pytest.approx(float(decision.observation[2]))
        assert row["entropy"] == str(decision.entropy)
    episodes = [each for each in events if isinstance(each, EpisodeEnded)]
    assert [float(row["episode_return"]) for row in by_kind["episode"]] == [
        each.episode_return for each in episodes
    ]
    updates = [each for each in events if isinstance(each, UpdateApplied)]
    assert [float(row["learning_rate"]) for row in by_kind["update"]] == [each.learning_rate for each in updates]
    assert by_kind["update"][0]["action"] == ""
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


def test_that_a_table_that_cannot_be_written_is_one_sentence(recording: Path, tmp_path: Path) -> None:
    with Recording.open(recording) as opened, pytest.raises(ExportError, match="cannot write"):
        write_table(opened, tmp_path / "nowhere" / "table.csv")
    assert list(tmp_path.iterdir()) == []


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["kind"] == "step"]


def tabulated(tmp_path: Path, config: RunConfig, steps: int = 30) -> tuple[list[dict[str, str]], list[Any]]:
    """The rows of the steps of a run, and their decisions."""
    path, rows = recorded(tmp_path / "run.pgviz", steps, config=config, snapshots=False)
    with Recording.open(path) as opened:
        write_table(opened, tmp_path / "table.csv")
    decisions = [each.detail.decision for each in rows.steps() if each.detail is not None]
    table = read(tmp_path / "table.csv")
    assert len(table) == len(decisions) > 10
    return table, decisions


def columns(row: dict[str, str], name: str) -> list[float]:
    """The numbers of an array of one dimension."""
    found = [key for key in row if re.fullmatch(rf"{name}_\d+", key)]
    assert found == [f"{name}_{index}" for index in range(len(found))]
    return [float(row[key]) for key in found]


def test_that_the_values_of_actions_have_columns(tmp_path: Path) -> None:
    table, decisions = tabulated(
        tmp_path, RunConfig.create("CartPole-v1", "dqn", hidden_sizes=(8,), environment_count=1)
    )

    for row, decision in zip(table, decisions, strict=True):
        assert int(row["action"]) == decision.action
        assert columns(row, "q") == pytest.approx(decision.values_A.tolist())
        assert columns(row, "probability") == pytest.approx(decision.probabilities_A.tolist())


def test_that_bins_have_a_column_for_each_of_each_dimension(tmp_path: Path) -> None:
    table, decisions = tabulated(
        tmp_path, RunConfig.create("Pendulum-v1", "dqn", bins=3, hidden_sizes=(8,), environment_count=1)
    )

    for row, decision in zip(table, decisions, strict=True):
        assert decision.centres_DK[0].tolist() == pytest.approx([-2.0, 0.0, 2.0])
        assert float(row["action_0"]) == [-2.0, 0.0, 2.0][decision.chosen_D[0]]
        for k in range(3):
            assert float(row[f"probability_0_{k}"]) == pytest.approx(decision.probabilities_DK[0, k])
            assert float(row[f"q_0_{k}"]) == pytest.approx(decision.values_DK[0, k])
        assert "probability_1_0" not in row


def test_that_choices_side_by_side_have_columns_of_their_own(tmp_path: Path) -> None:
    environment = "tests.environments.matching:MatchingNested-v0"
    config = RunConfig.create(environment, "ppo", hidden_sizes=(8,), environment_count=1)
    table, decisions = tabulated(tmp_path, config)

    kinds = set()
    for row, decision in zip(table, decisions, strict=True):
        for index, factor in enumerate(decision.factors):
            kinds.add(type(factor))
            if isinstance(factor, CategoricalDecision):
                assert int(row[f"action_{index}"]) == factor.action
                assert columns(row, f"probability_{index}") == pytest.approx(factor.probabilities_A.tolist())
            else:
                assert isinstance(factor, GaussianDecision)
                assert factor.action_D is not None
                assert columns(row, f"action_{index}") == pytest.approx(factor.action_D.tolist())
                assert columns(row, f"mean_{index}") == pytest.approx(factor.mean_D.tolist())
                assert columns(row, f"std_{index}") == pytest.approx(factor.std_D.tolist())
    assert kinds == {CategoricalDecision, GaussianDecision}
