from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pgviz.hyperparameters import declaration
from tests.learning import report, results, table, worker
from tests.learning.measures import Measured
from tests.learning.rows import ROWS, Goal, Published, Row, chosen

ROW = Row("small", "CartPole-v1", "ppo", 2_000, zoo=Published(100.0, 10.0))


@pytest.fixture(scope="module")
def result() -> results.Result:
    return worker.run(ROW, 0, 3)


def _with(result: results.Result, seed: int, value: float) -> results.Result:
    copied: results.Result = msgspec.structs.replace(result, seed=seed, measured=Measured(value, 1.0))
    return copied


def test_that_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_that_rows_are_chosen_by_a_part_of_their_name() -> None:
    assert {row.algorithm for row in chosen("a2c")} == {"a2c"}
    assert len(chosen("")) == len(ROWS)
    assert [row.name for row in chosen("bins-?1")] == ["bins-11", "bins-51"]


def test_that_a_run_tells_its_learning_curve(result: results.Result) -> None:
    steps = [step for step, _, _ in result.curve]
    assert len(steps) == worker.POINTS
    assert steps == sorted(steps)
    assert steps[-1] == 2_000
    assert any(mean is not None and mean > 5.0 for _, mean, _ in result.curve)
    assert result.measured.value > 5.0


def test_that_a_stored_result_comes_back(result: results.Result, tmp_path: Path) -> None:
    results.store(result, tmp_path)
    assert results.load(ROW, 0, 3, tmp_path) == result


@pytest.mark.parametrize(
    ("row", "seed", "episodes"),
    [
        (ROW, 1, 3),
        (ROW, 0, 4),
        (dataclasses.replace(ROW, settings={"gamma": 0.5}), 0, 3),
        (dataclasses.replace(ROW, name="other"), 0, 3),
    ],
)
def test_that_a_result_of_another_run_is_not_taken_for_it(
    result: results.Result, tmp_path: Path, row: Row, seed: int, episodes: int
) -> None:
    results.store(result, tmp_path)
    assert results.load(row, seed, episodes, tmp_path) is None


def test_that_a_hyperparameter_that_was_declared_since_had_its_default(
    result: results.Result, tmp_path: Path
) -> None:
    default = declaration("ppo").parameters["gae_lambda"].default
    for value, taken in ((default, True), (0.5, False)):
        row = dataclasses.replace(ROW, settings={"gae_lambda": value})
        config = results.plain(row.config(0))
        del config["hyperparameters"]["gae_lambda"]
        results.store(msgspec.structs.replace(result, config=config), tmp_path)
        assert (results.load(row, 0, 3, tmp_path) is not None) == taken


def test_that_a_half_written_result_counts_as_none(result: results.Result, tmp_path: Path) -> None:
    results.store(result, tmp_path)
    path = tmp_path / "small" / "seed-0.json"
    path.write_bytes(path.read_bytes()[:100])
    assert results.load(ROW, 0, 3, tmp_path) is None


@pytest.mark.parametrize(("values", "said"), [((80.0, 91.0, 99.0), "reached"), ((80.0, 91.0, 98.9), "**missed**")])
def test_that_a_row_is_reached_within_the_published_spread(
    result: results.Result, values: tuple[float, ...], said: str
) -> None:
    found = [_with(result, seed, value) for seed, value in enumerate(values)]
    assert report.verdict(ROW, found) == said
    assert report.verdict(ROW, found[:2]) == "2 of 3 seeds"


def test_that_a_row_of_what_there_is_not_waits_and_says_for_what() -> None:
    absent = dataclasses.replace(ROW, settings={"wings": 2})
    assert "wings" in absent.waits_for
    assert report.verdict(absent, []).startswith("waiting: ")
    assert not ROW.waits_for


def test_that_a_goal_can_be_a_highest_value() -> None:
    goal = Goal(high=0.1)
    assert goal.reached(0.1)
    assert not goal.reached(0.2)


@pytest.mark.parametrize(
    ("measure", "goal", "worst"),
    [
        ("return", None, 3.0),
        ("return", Goal(high=9.0), 5.0),
        ("restlessness", None, 5.0),
        ("exploitability", None, 5.0),
        ("exploitability", Goal(low=1.0), 3.0),
    ],
)
def test_that_the_worst_seed_is_the_farthest_from_what_is_wanted(
    result: results.Result, measure: str, goal: Goal | None, worst: float
) -> None:
    row = dataclasses.replace(ROW, zoo=None, asked=goal, measure=measure)
    assert report._worst(row, [_with(result, seed, value) for seed, value in enumerate((4.0, 3.0, 5.0))]) == worst


def test_that_a_claim_is_judged_by_the_means_of_its_rows(result: results.Result) -> None:
    claim = report.Claim("less is less.", ("few", "many"), lambda few, many: few < many)
    low, high = [_with(result, 0, 1.0), _with(result, 1, 3.0)], [_with(result, 0, 4.0)]
    assert claim.verdict({"few": low, "many": high}).startswith("yes (few 2.000, many 4.000")
    assert claim.verdict({"few": high, "many": low}).startswith("NO ")
    assert claim.verdict({"few": low}) == "waiting for its rows"


@pytest.fixture
def only_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "ROWS", (ROW,))
    monkeypatch.setattr(table, "chosen", lambda _pattern: (ROW,))
    monkeypatch.setattr(report, "ROWS", (ROW,))
    monkeypatch.setattr(report, "ZOO", (ROW,))


@pytest.mark.usefixtures("only_row")
def test_that_an_interrupted_table_goes_on_with_what_is_missing(
    result: results.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def perform(run: table.Run, _episodes: int, folder: Path, advanced: Callable[[int], None]) -> str:
        advanced(2_000)
        made.append(run.seed)
        config = results.plain(ROW.config(run.seed))
        results.store(msgspec.structs.replace(_with(result, run.seed, 95.0), config=config), folder)
        return ""

    monkeypatch.setattr(table, "perform", perform)
    results.store(_with(result, 0, 95.0), tmp_path)
    page = tmp_path / "page.md"
    assert table.main(["--episodes", "3"], tmp_path, page) == 0
    assert sorted(made) == [1, 2]
    assert table.main(["--episodes", "3"], tmp_path, page) == 0
    assert sorted(made) == [1, 2]
    written = page.read_text()
    assert "95.0 ± 1.000" in written
    assert result.machine.cpu in written


@pytest.mark.usefixtures("only_row")
def test_that_a_run_that_fails_is_said_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The worker knows no such row.
    assert table.main(["--episodes", "3", "--seeds", "2"], tmp_path, tmp_path / "page.md") == 1
    said = capsys.readouterr().out
    assert "small, seed 0: StopIteration" in said
    assert "small, seed 1: StopIteration" in said
