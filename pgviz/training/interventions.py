"""Interventions: what a person does to a run between two of its events, as data that can be repeated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pgviz.parameters import Value

Judgement = Literal["skip", "flip", "drop"]


class Steerable(Protocol):
    """What can be intervened in: a trainer. Named by what it does, so that nothing heavy is imported here."""

    def ask(self, name: str, value: Value) -> None:
        """Ask for a knob to be turned."""

    def judge(self, judgement: JudgeMinibatch) -> None:
        """Decide what becomes of the open minibatch."""

    def force(self, index: int, sample: Sequence[float]) -> None:
        """Have one copy take an action of a person's choice; for an empty one, what it draws after all."""


@dataclass(frozen=True, slots=True)
class Intervention(ABC):
    """Something done to a run; done again at the same place it has the same effect."""

    @abstractmethod
    def apply(self, trainer: Steerable) -> None:
        """Do it.

        Raises
        ------
        UsageError
            Where it cannot be done; nothing has changed then.
        """


@dataclass(frozen=True, slots=True)
class TurnKnob(Intervention):
    """Ask for a hyperparameter's change at the boundary that its declaration names."""

    name: str
    value: Value

    def apply(self, trainer: Steerable) -> None:
        """Ask for it."""
        trainer.ask(self.name, self.value)


@dataclass(frozen=True, slots=True)
class JudgeMinibatch(Intervention):
    """Decide what becomes of the minibatch whose loss is there and whose step is not taken yet.

    Parameters
    ----------
    judgement
        ``"skip"`` takes no step; ``"flip"`` takes it with the sign of the gradient reversed; ``"drop"`` takes the
        step that the minibatch without `samples` asks for.
    samples
        Which samples of the minibatch to leave out, counted from 0.
    """

    judgement: Judgement
    samples: tuple[int, ...] = ()

    def apply(self, trainer: Steerable) -> None:
        """Leave word for the trainer's next step."""
        trainer.judge(self)


@dataclass(frozen=True, slots=True)
class ForceAction(Intervention):
    """Have one copy take an action of a person's choice in the next step.

    Parameters
    ----------
    environment_index
        Which copy.
    sample
        What the policy is taken to have drawn: an index, or the entries of a vector before squashing or clipping.
        Nothing (an empty tuple) takes back what was chosen before for this step.
    """

    environment_index: int
    sample: tuple[float, ...]

    def apply(self, trainer: Steerable) -> None:
        """Leave word for the trainer's next step."""
        trainer.force(self.environment_index, self.sample)
