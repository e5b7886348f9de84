from __future__ import annotations

import re

import pytest

from pgviz import diagnosis
from pgviz.cli import main
from pgviz.cli.listings import shortened
from pgviz.environments import catalog
from pgviz.environments.facts import EnvironmentListing

SPEECHLESS = "tests.environments.toys:TextObservation-v0"
LISTED = (
    EnvironmentListing("CartPole-v1", True),
    EnvironmentListing(SPEECHLESS, False, "Text observations are not supported"),
    *(EnvironmentListing(f"ALE/Game{number}-v5", True) for number in range(9)),
)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "listing", lambda: LISTED)


@pytest.mark.usefixtures("listed")
def test_that_environments_are_listed_with_the_reason_for_those_that_cannot_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["envs"]) == 0
    lines = [re.split(r"  +", line) for line in capsys.readouterr().out.splitlines()]
    assert lines[:3] == [
        ["ENVIRONMENT", "CAN BE RUN", "BEGIN WITH", "WHY NOT"],
        ["CartPole-v1", "yes", "ppo"],
        [SPEECHLESS, "no", "Text observations are not supported"],
    ]
    assert lines[-1] == ["6 more of the same families: pgviz envs --all"]


@pytest.mark.usefixtures("listed")
def test_that_all_lists_large_families_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envs", "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(LISTED)


def test_that_check_makes_each_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "listing", lambda: LISTED[:2])
    assert main(["envs", "--check"]) == 0
    header, cartpole, speechless = capsys.readouterr().out.splitlines()
    titles = ["ENVIRONMENT", "CAN BE RUN", "BEGIN WITH", "OBSERVATION", "ACTION", "WHY NOT"]
    assert re.split(r"  +", header) == titles
    assert re.match(r"CartPole-v1 +yes +ppo +\w", cartpole)
    assert re.match(rf"{SPEECHLESS} +no +\w", speechless)
    assert "Text" in speechless


def test_that_the_first_members_of_a_family_stay_in_the_short_list() -> None:
    assert [each.id for each in shortened(LISTED)] == [
        "CartPole-v1",
        SPEECHLESS,
        "ALE/Game0-v5",
        "ALE/Game1-v5",
        "ALE/Game2-v5",
    ]


@pytest.mark.parametrize(("state", "status"), [("ok", 0), ("optional", 0), ("missing", 1)])
def test_that_doctor_prints_the_diagnosis_and_fails_where_something_is_missing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    state: diagnosis.State,
    status: int,
) -> None:
    fact = diagnosis.Fact("patient", "doing well", state)
    report = diagnosis.Report((diagnosis.Section("Ward", (fact,)),))
    monkeypatch.setattr(diagnosis, "report", lambda: report)
    assert main(["doctor"]) == status
    assert capsys.readouterr().out == diagnosis.format_report(report) + "\n"
