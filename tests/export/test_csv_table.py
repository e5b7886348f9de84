"""A recording as a table has every step shown, episode and update in it, as they were."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pgviz.export.csv_table import write_table
from pgviz.export.film import ExportError
from pgviz.recording.reader import Recording
from pgviz.training.events import CategoricalDecision, EpisodeEnded, StepTaken, UpdateApplied
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
