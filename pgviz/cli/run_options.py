"""From the words of a command to a validated run configuration."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pgviz.config import RUN_PARAMETERS, RunConfig
from pgviz.errors import UsageError
from pgviz.hyperparameters import declaration
from pgviz.parameters import Parameter, ParameterSet, Value

# Which option of the command line sets which run parameter.
RUN_FLAGS = {"steps": "steps", "seed": "seed", "envs": "environment_count"}


def run_config(arguments: Namespace, beneath: Mapping[str, Value] | None = None) -> RunConfig:
    """The run that the options describe.

    Parameters
    ----------
    arguments
        The options.
    beneath
        Hyperparameters that hold where no option says otherwise, before presets and defaults.

    Raises
    ------
    UsageError
        For an unknown algorithm or parameter, or a value that is out of range.
    """
    declared = declaration(arguments.algorithm).parameters
    given = {
        name: read_flag(flag, RUN_PARAMETERS[name], getattr(arguments, flag))
        for flag, name in RUN_FLAGS.items()
        if getattr(arguments, flag) is not None
    }
    return RunConfig.create(
        arguments.environment,
        arguments.algorithm,
        **given,
        **(dict(beneath or {}) | read_assignments(declared, arguments.assignments)),
    )


def read_flag(flag: str, parameter: Parameter, text: str) -> Value:
    """Read the text after ``--flag``, so that an error names the flag that the person typed."""
    return replace(parameter, name=f"--{flag}").parse(text)


def read_assignments(declared: ParameterSet, assignments: Iterable[str]) -> dict[str, Value]:
    """The values of all ``--set name=value``; of one given twice, the last.

    Raises
    ------
    UsageError
        Where there is no ``=``, for an unknown name, or for a value that is out of range.
    """
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals:
            raise UsageError(f"--set takes NAME=VALUE, for example --set gamma=0.95; got {assignment!r}.")
        for flag, run_name in RUN_FLAGS.items():
            if name == run_name:
                raise UsageError(f"{name} has an option of its own: write --{flag} {text} instead of --set.")
        values[name] = declared[name].parse(text)
    return values
