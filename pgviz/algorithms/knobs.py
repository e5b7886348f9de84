"""Knobs: the hyperparameters in force, and the changes that wait for their boundary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgviz.errors import UsageError
from pgviz.parameters import Boundary, ParameterSet, Value


class Knobs:
    """Values that a person may change while a run goes on.

    Parameters
    ----------
    parameters
        The declarations; ``live`` says at which boundary each may change.
    values
        The values to start from.
    """

    def __init__(self, parameters: ParameterSet, values: Mapping[str, Value]) -> None:
        self._parameters = parameters
        self._values = dict(values)
        self._asked: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def number(self, name: str) -> float:
        """The number in force."""
        value = self._values[name]
        assert isinstance(value, int | float)
        return value

    def optional(self, name: str) -> float | None:
        """The number in force, or ``None`` where it is switched off."""
        return None if self._values[name] is None else self.number(name)

    def ask(self, name: str, value: object) -> None:
        """Ask for a change; it waits for the parameter's boundary, and the last one asked for counts.

        Raises
        ------
        UsageError
            For a parameter that is unknown or cannot change in a run, or a value out of range.
        """
        parameter = self._parameters[name]
        if parameter.live is None:
            raise UsageError(f"{parameter.label} cannot change during a run; set it up and restart.")
        self._asked[name] = parameter.validate(value)

    def capture(self) -> dict[str, dict[str, Value]]:
        """Copy what is in force and what waits."""
        return {"values": dict(self._values), "asked": dict(self._asked)}

    def restore(self, state: Mapping[str, Mapping[str, Value]]) -> None:
        """Go on from what :meth:`capture` returned."""
        self._values, self._asked = dict(state["values"]), dict(state["asked"])

    def apply(self, boundary: Boundary) -> Iterator[tuple[str, Value, Value]]:
        """Apply what was asked for and may change at `boundary`; an update's is a minibatch's as well.

        Yields
        ------
        tuple
            Name, previous value and new value of each change.
        """
        if not self._asked:
            return
        for name in list(self._asked):
            if boundary == "update" or self._parameters[name].live == boundary:
                previous, self._values[name] = self._values[name], self._asked.pop(name)
                yield name, previous, self._values[name]
