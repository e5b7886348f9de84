"""What is reported of a trained policy."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from gymnasium.spaces import Discrete

from pgviz.environments.factory import make
from pgviz.environments.observations import encoder
from pgviz.policies.decision import CategoricalDecision
from pgviz.session.headless import TrainResult


class Measured(msgspec.Struct, frozen=True):
    """One number of a trained policy, and how far single episodes are from it, where it is a mean over them."""

    value: float
    std: float | None = None


def mean_return(result: TrainResult, episodes: int) -> Measured:
    """The mean return of the likeliest actions over `episodes` episodes."""
    evaluation = result.evaluate(episodes, sampled=False)
    return Measured(evaluation.return_mean, evaluation.return_std)


def exploitability(result: TrainResult, _episodes: int) -> Measured:
    """What the best opponent takes from the policy per round, exactly.

    Of a stochastic policy: of its probabilities. Of a value-based one: of the greedy action.
    """
    from pgviz.environments.own.exploitability import exploitability as exact

    environment = make(result.config.environment, render=False)
    assert isinstance(environment.observation_space, Discrete)
    policy, rows = result.policy, []
    for observation_O in np.eye(int(environment.observation_space.n), dtype=np.float32):
        decision = policy.decide(observation_O, None)
        assert isinstance(decision, CategoricalDecision)
        greedy = np.eye(len(decision.probabilities_A))[int(policy.likeliest(observation_O[None])[0])]
        rows.append(greedy if policy.facts.kind == "values" else decision.probabilities_A)
    return Measured(exact(np.array(rows)))


def training_return(result: TrainResult, _episodes: int) -> Measured:
    """The mean return of the last 100 episodes of training, whose actions were drawn."""
    assert result.return_mean_100 is not None
    return Measured(result.return_mean_100)


def restlessness(result: TrainResult, episodes: int) -> Measured:
    """How much the action changes from one step to the next, on average over the later half of each episode.

    What a return hides: a pendulum that is kept upright by full torque to the left and to the right in turn costs
    hardly more than one that stands still. In the environment's units, a mean over `episodes` and dimensions.
    """
    environment = make(result.config.environment, render=False)
    encode, policy = encoder(environment.observation_space).encode, result.policy
    found = []
    for episode in range(episodes):
        observation, _ = environment.reset(seed=episode)
        actions, over = [], False
        while not over:
            seen_1O = encode(observation)[None]
            action = policy.to_actions(policy.likeliest(seen_1O))[0]
            actions.append(np.asarray(action, np.float64))
            observation, _, terminated, truncated, _ = environment.step(action)
            over = bool(terminated or truncated)
        found.append(float(np.abs(np.diff(actions[len(actions) // 2 :], axis=0)).mean()))
    environment.close()
    return Measured(float(np.mean(found)), float(np.std(found)))


MEASURES: dict[str, Callable[[TrainResult, int], Measured]] = {
    "return": mean_return,
    "return in training": training_return,
    "exploitability": exploitability,
    "restlessness": restlessness,
}
# Of these the largest number is the worst, unless a row's goal asks for a large one.
LESS_IS_BETTER = frozenset({"exploitability", "restlessness"})
