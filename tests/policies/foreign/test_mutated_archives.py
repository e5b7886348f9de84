"""Agents of Stable-Baselines3 that somebody has changed: one clear fault, and never anything else."""

from __future__ import annotations

import random
import sys
import time
import zipfile
from pathlib import Path

import pytest

from pgviz.errors import PgvizError
from pgviz.session.foreign import open_policy
from pgviz.session.history import History
from pgviz.session.policy_command import OpenPolicy
from tests.mutations import FIRED, mutated, with_odd_value
from tests.policies.foreign.agents import save

pytest.importorskip("stable_baselines3")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the peer

LONGEST = 5.0  # seconds for one; a busy machine may take its time


@pytest.fixture(scope="module", params=["PPO", "DQN"])
def agent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small agent."""
    path = tmp_path_factory.mktemp("agents") / "a.zip"
    save(request.param, "CartPole-v1", path, policy_kwargs={"net_arch": [4]})
    return path


def write_changed(original: Path, into: Path, draw: random.Random) -> None:
    """Change the archive itself, or what is in it."""
    if draw.random() < 0.3:
        into.write_bytes(mutated(original.read_bytes(), draw))
        return
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(into, "w") as after:
        chosen = draw.choice(["data", "data", "policy.pth", "policy.pth", *before.namelist()])
        for name in before.namelist():
            content = before.read(name)
            if name == chosen:
                is_odd = name == "data" and draw.random() < 0.7
                content = with_odd_value(content, draw) if is_odd else mutated(content, draw)
            after.writestr(name, content)


def endure(original: Path, folder: Path, seeds: range) -> int:
    """Open changed copies; returns how many could be opened all the same."""
    file, survived = folder / "changed.zip", 0
    open_policy(OpenPolicy(original, "CartPole-v1", "tanh"), History()).session.close()
    modules = set(sys.modules)
    for seed in seeds:
        write_changed(original, file, random.Random(seed))
        before, said = time.perf_counter(), ""
        try:
            open_policy(OpenPolicy(file, "CartPole-v1", "tanh"), History()).session.close()
            survived += 1
        except PgvizError as error:
            said = str(error)
        assert "\n" not in said, (seed, said)
        assert len(said) < 500, (seed, said)
        assert time.perf_counter() - before < LONGEST, seed
        assert list(folder.iterdir()) == [file], seed
    assert not FIRED
    assert set(sys.modules) == modules
    return survived


def test_that_a_changed_agent_is_one_fault_or_none(agent: Path, tmp_path: Path) -> None:
    assert endure(agent, tmp_path, range(150)) < 150


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_that_none_of_ten_thousand_changed_agents_is_more_than_one_fault(agent: Path, tmp_path: Path) -> None:
    endure(agent, tmp_path, range(1000, 6000))
