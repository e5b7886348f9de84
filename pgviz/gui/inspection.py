"""All that is known of one step, put into words and numbers. Knows no Qt.

Shape suffix: N entries of a section.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pgviz.training.events import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    EnvironmentFacts,
    FactoredDecision,
    GaussianDecision,
    PastShown,
    Shown,
    StepDetail,
)

NOT_YET = "not yet known"
NOT_CHOSEN = "not chosen yet"
# What the network was given for an observation, and what it was shifted and divided by for that.
NORMALISED = ("Normalised", "Mean", "Std")
SHORT = 12  # entries of an observation that leave room for what comes after
Entries = Sequence[Any] | np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """Names and values under a heading.

    Parameters
    ----------
    title
        The heading.
    values
        Numbers, truths or words, ``(N,)``.
    names
        What each is; the index where there are none.
    beside
        Further numbers ``(N,)`` that belong to the same names, each under a caption of its own.
    """

    title: str
    values: Entries
    names: Sequence[str] = field(default=())
    beside: Sequence[tuple[str, Entries]] = field(default=())

    def name(self, index: int) -> str:
        """What an entry is called."""
        return self.names[index] if index < len(self.names) else str(index)


def inspect(
    event: Shown, facts: EnvironmentFacts | None, copies: int = 1, value_name: str = "V(s)"
) -> list[Section]:
    """What is known of a step.

    Parameters
    ----------
    event
        The step, or the present state.
    facts
        Names of actions and of the observation's entries.
    copies
        How many copies of the environment there are.
    value_name
        What the policy's value of a state is.
    """
    detail = event.detail
    if detail is None:
        return []
    decision = detail.decision
    first = [_step(event, detail, copies), _choice(event, decision, facts, value_name)]
    observed, policy = _observed(decision, facts), _policy(decision, facts)
    # A long observation would bury the rest.
    is_short = len(observed[0].values) <= SHORT
    return [*first, *observed, *policy] if is_short else [*first, *policy, *observed]


def _observed(decision: Decision, facts: EnvironmentFacts | None) -> list[Section]:
    labels = facts.observation_labels if facts else ()
    normalised = (decision.seen, decision.observation_mean, decision.observation_std)
    beside = [
        (caption, np.ravel(values))
        for caption, values in zip(NORMALISED, normalised, strict=True)
        if values is not None
    ]
    return [Section("Observation", np.ravel(decision.observation), labels, beside)]


def _step(event: Shown, detail: StepDetail, copies: int) -> Section:
    ending = "terminated" if detail.terminated else "truncated" if detail.truncated else "no"
    rows: dict[str, Any] = {
        "Step": event.step,
        "Episode": detail.episode,
        "Step of the episode": detail.episode_step,
        "Reward": NOT_YET if detail.reward is None else detail.reward,
        "Return so far": detail.episode_return,
        "Episode ended": NOT_YET if detail.reward is None else ending,
    }
    if detail.decision.reward_std is not None:
        rows["Rewards divided by"] = detail.decision.reward_std
    if isinstance(event, PastShown):
        rows["Updates before"] = event.update
    if copies > 1:
        rows["Copy"] = f"{detail.environment_index + 1} of {copies}"
    return _section("Step", rows)


def _choice(event: Shown, decision: Decision, facts: EnvironmentFacts | None, value_name: str) -> Section:
    """What the policy did and thought of it, and what the update made of it."""
    rows: dict[str, Any] = {}
    if isinstance(decision, CategoricalDecision):
        rows["Action"] = _word(decision, facts.action_labels if facts else ())
    if decision.log_prob is None:
        rows["π(a|s)"] = rows["ln π(a|s)"] = NOT_CHOSEN
    else:
        density = not isinstance(decision, CategoricalDecision | BinnedDecision)
        rows["Density π(a|s)" if density else "Probability π(a|s)"] = math.exp(min(decision.log_prob, 700.0))
        rows["ln π(a|s)"] = decision.log_prob
    rows["Entropy (nats)"] = decision.entropy
    if decision.value is not None:
        rows[f"Value {value_name}"] = decision.value
    past = event if isinstance(event, PastShown) else None
    rows["Advantage A(s, a)"] = NOT_YET if past is None or past.advantage is None else past.advantage
    rows["Target return"] = NOT_YET if past is None or past.target is None else past.target
    return _section("Choice", rows)


def _policy(decision: Decision, facts: EnvironmentFacts | None, prefix: str = "") -> list[Section]:
    labels = facts.action_labels if facts else ()
    if isinstance(decision, FactoredDecision):
        return _factors(decision, facts)
    if isinstance(decision, CategoricalDecision):
        return _categorical(decision, labels, prefix)
    if isinstance(decision, GaussianDecision):
        return _gaussian(decision, labels, prefix)
    return _binned(decision, labels) if isinstance(decision, BinnedDecision) else []


def _factors(decision: FactoredDecision, facts: EnvironmentFacts | None) -> list[Section]:
    sections: list[Section] = []
    for index, factor in enumerate(decision.factors):
        known = facts.factors[index] if facts and index < len(facts.factors) else None
        prefix = f"{known.name if known else f'Factor {index}'}: "
        labels = known.labels if known else ()
        if isinstance(factor, CategoricalDecision):
            sections.append(Section(f"{prefix}Action", [_word(factor, labels)], ["Taken"]))
            sections += _categorical(factor, labels, prefix)
        elif isinstance(factor, GaussianDecision):
            sections += _gaussian(factor, labels, prefix)
    return sections


def _categorical(decision: CategoricalDecision, labels: Sequence[str], prefix: str = "") -> list[Section]:
    sections = [
        Section(f"{prefix}Probabilities π(·|s)", decision.probabilities_A, labels),
        Section(f"{prefix}Logits", decision.logits_A, labels),
    ]
    if decision.values_A is not None:
        sections.append(Section(f"{prefix}Values Q(s, ·)", decision.values_A, labels))
    if decision.mask_A is not None:
        words = ["legal" if each else "illegal" for each in decision.mask_A]
        sections.append(Section(f"{prefix}Mask", words, labels))
    return sections


def _word(decision: CategoricalDecision, labels: Sequence[str]) -> str:
    chosen = decision.chosen
    if chosen is None:
        return NOT_CHOSEN
    return labels[chosen] if chosen < len(labels) else str(decision.action)


def _gaussian(decision: GaussianDecision, labels: Sequence[str], prefix: str = "") -> list[Section]:
    how = "squashing" if decision.squashed else "clipping"
    unknown = [NOT_CHOSEN] * len(decision.mean_D)
    sample = unknown if decision.sample_D is None else decision.sample_D
    action = unknown if decision.action_D is None else decision.action_D
    return [
        Section(f"{prefix}Action sampled, before {how}", sample, labels),
        Section(f"{prefix}Action sent, after {how}", action, labels),
        Section(f"{prefix}Mean μ", decision.mean_D, labels),
        Section(f"{prefix}Standard deviation σ", decision.std_D, labels),
    ]


def _binned(decision: BinnedDecision, labels: Sequence[str]) -> list[Section]:
    action = decision.action_D
    values = [NOT_CHOSEN] * len(decision.centres_DK) if action is None else action
    sections = [Section("Action sent", values, labels)]
    for index, centres_K in enumerate(decision.centres_DK):
        name = labels[index] if index < len(labels) else str(index)
        bins = [f"{centre:.4g}" for centre in centres_K]
        sections.append(Section(f"{name}: probability of each bin", decision.probabilities_DK[index], bins))
        sections.append(Section(f"{name}: value Q of each bin", decision.values_DK[index], bins))
    return sections


def _section(title: str, rows: dict[str, Any]) -> Section:
    return Section(title, list(rows.values()), list(rows))
