"""``pgviz envs``, ``pgviz parameters`` and ``pgviz doctor``: tables of what there is."""

from __future__ import annotations

from argparse import Namespace

from pgviz.cli.output import console_on, say, write_table
from pgviz.config import RunConfig
from pgviz.hyperparameters import algorithms, declaration
from pgviz.parameters import Parameter


def parameters(arguments: Namespace) -> int:
    """List the hyperparameters of one algorithm, or of each."""
    console = console_on()
    chosen = [declaration(arguments.algorithm)] if arguments.algorithm else algorithms()
    for declared in chosen:
        config = RunConfig.create(arguments.environment, declared.name) if arguments.environment else None
        say(console, f"{declared.title}: {declared.summary}")
        rows = [_parameter_row(parameter, config) for parameter in declared.parameters.values()]
        write_table(("name", "default", "range", "changes live at", "what it does"), rows, console)
    return 0


def _parameter_row(parameter: Parameter, config: RunConfig | None) -> tuple[str, ...]:
    value = config.value(parameter.name) if config else parameter.default
    boundary = f"next {parameter.live}" if parameter.live else ""
    return (parameter.name, parameter.format(value), parameter.range_text, boundary, parameter.help)


def environments(arguments: Namespace) -> int:
    """List what can be run and, for what cannot, why."""
    from pgviz.environments import catalog

    console = console_on()
    rows = [(each.id, "yes" if each.available else "no", each.reason) for each in catalog.listing()]
    write_table(("environment", "can be run", "why not"), rows, console)
    return 0


def doctor(_arguments: Namespace) -> int:
    """Say what is installed and what is missing."""
    from pgviz import diagnosis

    say(console_on(), diagnosis.format_report(diagnosis.report()))
    return 0
