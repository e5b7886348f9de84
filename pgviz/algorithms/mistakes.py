"""Common mistakes, made on purpose: for lessons, and to test the doctor who is to find them.

Which one a run makes is the hyperparameter ``mistake``. Those that are part of a formula are made where the
formula is; those that are in the policy from the start are put there by :func:`spoil`.
"""

from __future__ import annotations

import torch
from torch import nn

from pgviz.errors import UsageError
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.policy import Policy

# By how much a logit stands out, and what σ is, where there is as good as nothing left to choose.
DECIDED_LOGIT, DECIDED_STD = 6.0, 0.01
# No input of a usual size lifts a unit of the first layers over this.
BURIED = 30.0


def spoil(policy: Policy, mistake: str) -> None:
    """Make a mistake that lies in the policy, where `mistake` is one of these.

    Raises
    ------
    UsageError
        Where it cannot be made with this policy.
    """
    _require(policy, mistake)
    if mistake == "deterministic_start":
        _decide(policy)
    elif mistake == "dead_units":
        _bury(policy.actor)
    elif mistake == "no_tanh_correction":
        policy.corrects_squashing = False


@torch.no_grad()
def _decide(policy: Policy) -> None:
    """Let the first option of each choice, and the mean of each real number, be taken nearly always."""
    last = policy.actor[-1]
    assert isinstance(last, nn.Linear)
    if isinstance(policy, FactoredPolicy):
        counts_F = policy.layout.counts_F
        last.bias[torch.from_numpy(counts_F.cumsum() - counts_F)] += DECIDED_LOGIT
    elif not policy.facts.has_std:
        last.bias[0] += DECIDED_LOGIT
    if policy.facts.has_std:
        policy.set_std(DECIDED_STD)


@torch.no_grad()
def _bury(actor: nn.Sequential) -> None:
    """Push every unit of the hidden layers to where its activation is flat."""
    for layer in list(actor)[:-1]:
        if isinstance(layer, nn.Linear):
            layer.bias.fill_(-BURIED)


def _require(policy: Policy, mistake: str) -> None:
    lacking = {
        "no_tanh_correction": (
            policy.squash and policy.facts.has_std,
            "actions that are squashed: real ones, with action_bounds=squash",
        ),
        "mask_only_in_acting": (policy.takes_masks, "a choice among actions that can be masked"),
        "truncation_as_termination": (policy.critic is not None, "a critic to bootstrap from"),
    }
    possible, what = lacking.get(mistake, (True, ""))
    if not possible:
        raise UsageError(f"the mistake {mistake} can only be made with {what}.")
