"""``pgviz import``: from a file of Stable-Baselines3 to a run that is gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgviz.cli import main
from tests.policies.foreign.agents import save

pytest.importorskip("stable_baselines3")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the peer


def test_that_an_imported_agent_can_be_trained_further(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save("A2C", "CartPole-v1", tmp_path / "a.zip", policy_kwargs={"net_arch": [16, 16]})
    folder = str(tmp_path / "run")
    options = ["--envs", "2", "--steps", "400", "--set", "gamma=0.9"]

    assert main(["import", str(tmp_path / "a.zip"), "CartPole-v1", "--checkpoint", folder, *options]) == 0

    assert "a2c, 16, 16 hidden units, tanh." in capsys.readouterr().out
    kept = ["--set", "hidden_sizes=16,16", "--set", "action_bounds=clip", "--set", "learning_rate=0.0007"]
    words = ["train", "CartPole-v1", "--algorithm", "a2c", *options, *kept, "--checkpoint", folder, "--resume"]
    assert main(words) == 0
    assert "Going on from step 0." in capsys.readouterr().out


def test_that_what_is_wrong_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip", policy_kwargs={"net_arch": [16]})
    agent, folder = str(tmp_path / "a.zip"), str(tmp_path / "run")

    for words, message in (
        ([agent, "Pendulum-v1", "--checkpoint", folder], "does not fit this environment"),
        ([agent, "CartPole-v1", "--checkpoint", folder, "--algorithm", "dqn"], "use --algorithm ppo"),
        ([agent, "CartPole-v1"], "the following arguments are required: --checkpoint"),
        (["nowhere.zip", "CartPole-v1", "--checkpoint", folder], "cannot read nowhere.zip"),
    ):
        assert main(["import", *words]) == 2
        said = capsys.readouterr().err
        assert message in said
        assert said.count("\n") == 1
    assert not Path(folder).exists()


def test_that_a_folder_with_a_run_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip", policy_kwargs={"net_arch": [16]})
    words = ["import", str(tmp_path / "a.zip"), "CartPole-v1", "--checkpoint", str(tmp_path / "run")]
    assert main(words) == 0

    assert main(words) == 2

    assert "holds checkpoints already" in capsys.readouterr().err
