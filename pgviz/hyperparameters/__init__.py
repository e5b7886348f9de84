"""Every hyperparameter, declared once.

One module per algorithm, beside the shared ones of policies and optimisers. Nothing here imports torch or
Gymnasium, so that the window can build its controls before either is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from pgviz.errors import UsageError
from pgviz.hyperparameters import a2c, dqn, ppo, reinforce, sac
from pgviz.parameters import ParameterSet, unknown


@dataclass(frozen=True, slots=True)
class AlgorithmDeclaration:
    """What a menu needs to know of an algorithm.

    Parameters
    ----------
    name
        Identifier on the command line and in files.
    title
        The name as a person writes it.
    summary
        One sentence on how it learns.
    parameters
        All of its hyperparameters.
    """

    name: str
    title: str
    summary: str
    parameters: ParameterSet


_ALGORITHMS = {
    module.NAME: AlgorithmDeclaration(module.NAME, module.TITLE, module.SUMMARY, module.PARAMETERS)
    for module in (ppo, a2c, reinforce, dqn, sac)
}


def algorithms() -> tuple[AlgorithmDeclaration, ...]:
    """All algorithms, the default one first."""
    return tuple(_ALGORITHMS.values())


def declaration(algorithm: str) -> AlgorithmDeclaration:
    """Return the declaration of one algorithm.

    Raises
    ------
    UsageError
        For an unknown name.
    """
    if algorithm not in _ALGORITHMS:
        raise UsageError(unknown("algorithm", algorithm, _ALGORITHMS))
    return _ALGORITHMS[algorithm]
