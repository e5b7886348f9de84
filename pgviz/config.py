"""RunConfig: everything that decides a run, and nothing else.

Two runs with equal configurations have equal weights, watched or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from pgviz import hyperparameters
from pgviz.errors import UsageError
from pgviz.hyperparameters.presets import preset
from pgviz.parameters import Parameter, ParameterSet, Value

DEFAULT_ENVIRONMENT = "CartPole-v1"

RUN_PARAMETERS = ParameterSet(
    (
        Parameter(
            "seed",
            0,
            "Seed",
            "The one number from which every random choice of the run is drawn.",
            kind="integer",
            low=0,
            high=2**31 - 1,
        ),
        Parameter(
            "steps",
            100_000,
            "Steps",
            "Environment steps to train for, counted over all environments.",
            kind="integer",
            low=1,
            high=10**10,
            scale="log",
            unit="steps",
        ),
        Parameter(
            "environment_count",
            8,
            "Environments",
            "Copies of the environment that are stepped together.",
            kind="integer",
            low=1,
            high=256,
            scale="log",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The complete, validated description of one run. Build it with :meth:`create`.

    Parameters
    ----------
    environment
        A Gymnasium id, also of the form ``module:Id``.
    algorithm
        Which learner, by the name in its declaration (see :mod:`pgviz.hyperparameters`).
    seed, steps, environment_count
        See :data:`RUN_PARAMETERS`.
    hyperparameters
        A value for each of the algorithm's parameters.
    """

    environment: str
    algorithm: str
    seed: int
    steps: int
    environment_count: int
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def create(
        cls,
        environment: str = DEFAULT_ENVIRONMENT,
        algorithm: str = "ppo",
        **given: object,
    ) -> RunConfig:
        """Build a configuration from what is `given`, then the preset, then the declared defaults.

        Raises
        ------
        UsageError
            For an unknown algorithm or parameter, or a value that is out of range.
        """
        if not isinstance(environment, str) or not environment.strip():
            raise UsageError("an environment id is needed, for example CartPole-v1.")
        environment = environment.strip()
        declared = hyperparameters.declaration(algorithm).parameters
        wanted: dict[str, object] = dict(preset(algorithm, environment)) | given
        run = {name: wanted.pop(name) for name in RUN_PARAMETERS if name in wanted}
        resolved: dict[str, Any] = RUN_PARAMETERS.resolve(run)
        return cls(environment, algorithm, hyperparameters=declared.resolve(wanted), **resolved)

    @property
    def parameters(self) -> ParameterSet:
        """The declarations of this run's hyperparameters."""
        return hyperparameters.declaration(self.algorithm).parameters

    def value(self, name: str) -> Value:
        """The value of a run parameter or hyperparameter."""
        if name in RUN_PARAMETERS:
            return getattr(self, name)  # type: ignore[no-any-return]
        self.parameters[name]
        return self.hyperparameters[name]

    def number(self, name: str) -> float:
        """The value of a parameter that is a number."""
        value = self.value(name)
        assert isinstance(value, int | float)
        return float(value)

    def integer(self, name: str) -> int:
        """The value of a parameter that is a whole number."""
        value = self.value(name)
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """The value of a parameter that is true or false."""
        return self.value(name) is True

    def text(self, name: str) -> str:
        """The value of a parameter that is one of several words."""
        value = self.value(name)
        assert isinstance(value, str)
        return value

    def sizes(self, name: str) -> tuple[int, ...]:
        """The value of a parameter that is a list of sizes."""
        value = self.value(name)
        assert isinstance(value, tuple)
        return value

    def changed(self, **given: object) -> RunConfig:
        """The same run with other values, validated again."""
        current = {name: self.value(name) for name in (*RUN_PARAMETERS, *self.parameters)}
        return RunConfig.create(self.environment, self.algorithm, **(current | given))

    def to_json(self) -> bytes:
        """Write the configuration as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(asdict(self)))

    @classmethod
    def from_json(cls, text: bytes | str) -> RunConfig:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        UsageError
            Where the text is not such a configuration.
        """
        try:
            stored = msgspec.json.decode(text, type=_Stored)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"this is not a pgviz run configuration: {error}.") from None
        run = {"seed": stored.seed, "steps": stored.steps, "environment_count": stored.environment_count}
        declared = hyperparameters.declaration(stored.algorithm).parameters
        for name in stored.hyperparameters:
            declared[name]  # a name in a file stands for a hyperparameter, never for an argument of create
        return cls.create(stored.environment, stored.algorithm, **(run | stored.hyperparameters))


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    environment: str
    algorithm: str
    seed: int
    steps: int
    environment_count: int
    hyperparameters: dict[str, float | int | bool | str | tuple[int, ...] | None]
