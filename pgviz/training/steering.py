"""What is asked of the next step of a run: what to show of it, and what a person has decided about it.

Shape suffixes: O observation entries, A choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from gymnasium import Space

from pgviz.action_layout import splitter
from pgviz.algorithms.algorithm import Algorithm, Minibatch
from pgviz.errors import UsageError
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.training.interventions import JudgeMinibatch


@dataclass(slots=True)
class Watch:
    """What the trainer is asked to capture of the next step. Set from outside, between two events.

    Parameters
    ----------
    wanted
        Whether the next step should come with its details and a frame.
    index
        Which copy of the environment is watched.
    pictures
        Whether the details come with a frame.
    bare
        Whether what was seen and done will do, without what the policy thought.
    """

    wanted: bool = False
    index: int = 0
    pictures: bool = True
    bare: bool = False


class Steering:
    """Decisions that wait for their moment; each holds once.

    Attributes
    ----------
    open
        The minibatch whose loss is there and whose step is not taken yet, or ``None``.
    waiting
        Samples to be taken in the next step whatever is drawn, by copy.
    """

    def __init__(self, waiting: Mapping[int, Samples] | None = None) -> None:
        self.open: Minibatch | None = None
        self._judgement: JudgeMinibatch | None = None
        self.waiting: dict[int, Samples] = dict(waiting or {})

    def judge(self, judgement: JudgeMinibatch, algorithm: Algorithm) -> None:
        """Decide what becomes of the open minibatch.

        Raises
        ------
        UsageError
            Where none is open, or that cannot be done to it.
        """
        if self.open is None:
            raise UsageError("no minibatch is open: stop between a loss and its step first.")
        if judgement.judgement == "drop":
            algorithm.require_droppable(judgement.samples)
        self._judgement = judgement

    def apply(self, algorithm: Algorithm) -> None:
        """Take the open minibatch's step, as was decided, and close it."""
        minibatch, judgement = self.open, self._judgement
        assert minibatch is not None
        self.open = self._judgement = None
        if judgement is None:
            algorithm.apply(minibatch)
        elif judgement.judgement == "drop":
            algorithm.apply(algorithm.without(minibatch, judgement.samples))
        elif judgement.judgement == "flip":
            algorithm.apply(algorithm.flipped(minibatch))

    def force(self, index: int, sample: Samples) -> None:
        """Have copy `index` take `sample` in the next step."""
        self.waiting[index] = sample

    def take_back(self, index: int) -> None:
        """Have copy `index` take what it draws after all.

        Raises
        ------
        UsageError
            Where nothing was forced.
        """
        if index not in self.waiting:
            raise UsageError(f"no action is forced on copy {index + 1}; there is nothing to take back.")
        self.waiting = {copy: sample for copy, sample in self.waiting.items() if copy != index}

    def forced(self, samples: Samples, policy: Policy, masks_NA: Mask | None) -> Samples:
        """Put what was forced in the place of what was drawn; the draws were made all the same."""
        if not self.waiting:
            return samples
        samples = samples.copy()
        for index, sample in self.waiting.items():
            # The mask may have been switched on since, and what is illegal has no log-probability to learn by.
            if policy.allows(sample, None if masks_NA is None else masks_NA[index]):
                samples[index] = sample
        self.waiting = {}
        return samples


def sample_like(
    policy: Policy,
    action_space: Space[object],
    observation_O: Array,
    entries: Sequence[float],
    mask_A: Mask | None,
) -> Samples:
    """Bring numbers into the form in which the policy draws a sample.

    Raises
    ------
    UsageError
        Where they are no action that can be taken in that state.
    """
    form = np.zeros_like(policy.act(observation_O[None], np.random.default_rng(0)))
    try:
        form[0] = np.asarray(entries).reshape(form.shape[1:])
        (action,) = splitter(action_space)(policy.to_actions(form))
        allowed = action_space.contains(action) and policy.allows(form[0], mask_A)
    except (ValueError, IndexError, TypeError):
        allowed = False
    if not allowed:
        raise UsageError(f"{tuple(entries)} is no action that can be taken here.")
    sample: Samples = np.asarray(form[0])
    return sample
