"""At which events a condition is checked."""

from __future__ import annotations

import pytest

from pgviz.session.expressions import Expression

CASES = {
    # one kind of event
    "reward > 0": "step",
    "abs(action[0]) > 0.99 * high[0]": "step",
    "mask_count == 0": "step",
    "episode_length < 10": "episode",
    "loss > 3": "minibatch",
    "kl > 0.05": "minibatch",
    # several kinds: the first of them
    "entropy < 0.1 * ln(n_actions)": "update",
    "episode_return > 400": "episode",
    "terminated or truncated": "episode",
    "grad_norm > 10": "minibatch",
    "std < 0.01": "update",
    # company decides
    "reward > 0 and entropy < 0.1": "step",
    "probability < 0.01 and max_probability > 0.9": "step",
    "kl > 0.05 and grad_norm > 10": "minibatch",
    "learning_rate > 1e-3 and loss > 3": "minibatch",
    "reward > 0 and episode_return > 10": "step",
    # names that only count decide nothing in company
    "episode_return > 400 and episode > 20": "episode",
    "entropy < 0.3 and step > 1000": "update",
    "entropy < 0.3 and episode > 20": "update",
    "grad_norm > 10 and update > 5": "minibatch",
    "update == 10 and minibatch == 3": "minibatch",
    "episode == 3 and episode_step == 10": "step",
    # but they do alone
    "step > 1000": "step",
    "episode > 20": "episode",
    "update == 10": "update",
    "step > 1000 and update > 3": "update",
    "step > 1000 and episode > 3": "episode",
    # names that share no event
    "kl > 0.05 and episode_return > 100": "episode minibatch",
    "entropy < 0.3 and episode_return > 100": "episode update",
    "reward > 0 and loss > 3": "minibatch step",
    "episode > 3 and update > 3": "episode update",
    # what holds for the whole run decides nothing
    "entropy < uniform_entropy / 10": "update",
    "steps_per_second < 100": "step",
    "n_actions == 2": "step",
    "True": "step",
}


@pytest.mark.parametrize(("text", "kinds"), CASES.items())
def test_that_a_condition_is_checked_where_its_names_matter(text: str, kinds: str) -> None:
    assert sorted(Expression.condition(text).kinds) == kinds.split()


def test_that_the_order_of_writing_is_no_matter() -> None:
    names = ("entropy", "episode_return", "grad_norm", "update", "learning_rate", "step")
    forward = Expression.condition(" + ".join(names) + " > 1")
    backward = Expression.condition(" + ".join(reversed(names)) + " > 1")
    assert forward.kinds == backward.kinds
    assert forward.names == backward.names == set(names)
