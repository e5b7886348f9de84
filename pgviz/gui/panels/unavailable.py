"""Why a knob cannot be turned: one sentence for its tool tip."""

from __future__ import annotations

from collections.abc import Mapping

from pgviz.gui.run_control import GOING
from pgviz.parameters import Value
from pgviz.session.notices import RunState
from pgviz.training.events import RunStarted

NO_RUN = "There is no run yet; set one up first."
RECORDED = "This is a recording; take over from it (Ctrl+T) to go on live and turn its knobs."
ENDED = "The run has ended; restart it to turn this knob."
NO_STD = (
    "A softmax policy has no standard deviation: its randomness lies in the action probabilities. "
    "The entropy coefficient is the knob that keeps it exploring."
)
NO_STD_OF_VALUES = (
    "A value-based agent has no standard deviation: it takes the action that it values most, "
    "and explores by taking others now and then."
)
NO_ENTROPY_TERM = {
    "dqn": (
        "DQN rewards no entropy: it learns how much each action is worth, and how often it tries another than "
        "the best is decided apart from that."
    ),
    "sac": "SAC weighs entropy with its temperature, which takes the place of an entropy coefficient.",
}
NO_MASKS = "This environment does not say which actions are illegal, so there is no mask to heed."
NO_TEMPERATURE = "Only Boltzmann exploration has a temperature; choose it above."
NOT_THIS_ALGORITHM = "This algorithm has no such knob."


def absent(name: str, algorithm: str) -> str:
    """Why an algorithm has no knob of this name."""
    if name == "entropy_coefficient":
        return NO_ENTROPY_TERM.get(algorithm, NOT_THIS_ALGORITHM)
    return NO_STD_OF_VALUES if name == "initial_std" else NOT_THIS_ALGORITHM


def why_not(name: str, started: RunStarted | None, state: RunState, values: Mapping[str, Value]) -> str:
    """Why the present run, with these values applied, does not let a knob be turned; empty where it does."""
    if started is None:
        return NO_RUN
    if name == "initial_std" and not started.policy.has_std:
        return NO_STD
    if name == "action_mask" and not started.environment.has_masks:
        return NO_MASKS
    if name == "boltzmann_temperature" and values.get("exploration") == "epsilon_greedy":
        return NO_TEMPERATURE
    return "" if state in GOING else ENDED
