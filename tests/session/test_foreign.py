"""A policy from elsewhere is opened as a run that waits, to be stepped through."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgviz.session.commands import Quit, StartRun
from pgviz.session.host import SessionHost
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import CommandRejected
from pgviz.session.policy_command import OpenPolicy
from pgviz.training.events import CategoricalDecision, RunStarted
from tests.policies.foreign.agents import save
from tests.session.recordings import CARTPOLE

pytest.importorskip("stable_baselines3")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the peer


def serve(*commands: object) -> Mailbox:
    inbox, mailbox = Inbox(), Mailbox()
    for command in (*commands, Quit()):
        inbox.post(command)  # type: ignore[arg-type]
    SessionHost(inbox, mailbox).run()
    return mailbox


def test_that_it_acts_as_it_did_there(tmp_path: Path) -> None:
    import torch

    agent = save("PPO", "CartPole-v1", tmp_path / "a.zip", policy_kwargs={"net_arch": [16]})

    mailbox = serve(StartRun(CARTPOLE), OpenPolicy(tmp_path / "a.zip", "CartPole-v1"))

    facts, shown = mailbox.take()
    assert [each.config.sizes("hidden_sizes") for each in facts if isinstance(each, RunStarted)] == [(8,), (16,)]
    assert not [each for each in facts if isinstance(each, CommandRejected)]
    assert shown is not None
    assert shown.detail is not None
    decision = shown.detail.decision
    assert isinstance(decision, CategoricalDecision)
    theirs = agent.policy.get_distribution(torch.from_numpy(decision.observation[None])).distribution.probs[0]
    assert decision.probabilities_A == pytest.approx(theirs.detach().numpy(), abs=1e-6)


def test_that_one_that_does_not_fit_is_said_and_the_run_stays(tmp_path: Path) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip", policy_kwargs={"net_arch": [16]})

    mailbox = serve(StartRun(CARTPOLE), OpenPolicy(tmp_path / "a.zip", "Acrobot-v1"))

    facts, shown = mailbox.take()
    assert [each.config for each in facts if isinstance(each, RunStarted)] == [CARTPOLE]
    (rejected,) = (each for each in facts if isinstance(each, CommandRejected))
    assert "does not fit this environment" in rejected.message
    assert shown is not None
