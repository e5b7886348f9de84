"""Interventions: what a person does to a run between two of its events, as data that can be repeated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pgviz.parameters import Value

if TYPE_CHECKING:
    from pgviz.training.trainer import Trainer

Judgement = Literal["skip", "flip", "drop"]


@dataclass(frozen=True, slots=True)
class Intervention(ABC):
    """Something done to a run; done again at the same place it has the same effect."""

    @abstractmethod
    def apply(self, trainer: Trainer) -> None:
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

    def apply(self, trainer: Trainer) -> None:
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

    def apply(self, trainer: Trainer) -> None:
        """Leave word for the trainer's next step."""
        trainer.steering.judge(self, trainer.algorithm)


@dataclass(frozen=True, slots=True)
class ForceAction(Intervention):
    """Have one copy take an action of a person's choice in the next step.

    Parameters
    ----------
    environment_index
        Which copy.
    sample
        What the policy is taken to have drawn: an index, or the entries of a vector before squashing or clipping.
    """

    environment_index: int
    sample: tuple[float, ...]

    def apply(self, trainer: Trainer) -> None:
        """Leave word for the trainer's next step."""
        trainer.force(self.environment_index, self.sample)
