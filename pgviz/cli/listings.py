"""``pgviz envs``, ``pgviz parameters`` and ``pgviz doctor``: tables of what there is."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence

from pgviz.cli.output import console_on, say, write_table
from pgviz.config import RunConfig
from pgviz.environments.facts import EnvironmentListing
from pgviz.hyperparameters import algorithms, declaration
from pgviz.hyperparameters.suggestions import suggested_algorithm
from pgviz.parameters import Parameter

SHOWN_OF_FAMILY = 3


def parameters(arguments: Namespace) -> int:
    """List the hyperparameters of one algorithm, or of each."""
    console = console_on()
    chosen = [declaration(arguments.algorithm)] if arguments.algorithm else algorithms()
    if arguments.environment:
        from pgviz.environments.registry import specification

        specification(arguments.environment)  # names the nearest where there is none
    for declared in chosen:
        config = RunConfig.create(arguments.environment, declared.name) if arguments.environment else None
        say(console, f"{declared.title}: {declared.summary}")
        rows = [_parameter_row(parameter, config) for parameter in declared.parameters.values()]
        write_table(("name", "default", "range", "live at next", "what it does"), rows, console, sentences=True)
    return 0


def _parameter_row(parameter: Parameter, config: RunConfig | None) -> tuple[str, ...]:
    value = config.value(parameter.name) if config else parameter.default
    return (parameter.name, parameter.format(value), parameter.span, parameter.live or "", parameter.help)


def environments(arguments: Namespace) -> int:
    """List what can be run and, for what cannot, why."""
    from pgviz.environments import catalog

    console = console_on()
    listed = catalog.listing()
    shown = listed if arguments.all else shortened(listed)
    if arguments.check:
        examined = [catalog.examine(each.id) for each in shown]
        rows = [
            (
                each.id,
                _yes(each.trainable),
                _begin_with(each.id, each.trainable),
                each.observation,
                each.action,
                each.reason,
            )
            for each in examined
        ]
        write_table(("environment", "can be run", "begin with", "observation", "action", "why not"), rows, console)
    else:
        plain = [
            (each.id, _yes(each.available), _begin_with(each.id, each.available), each.reason) for each in shown
        ]
        write_table(("environment", "can be run", "begin with", "why not"), plain, console)
    if len(shown) < len(listed):
        say(console, f"{len(listed) - len(shown)} more of the same families: pgviz envs --all")
    return 0


def shortened(listed: Sequence[EnvironmentListing]) -> list[EnvironmentListing]:
    """The list without most members of a large family, such as the hundred Atari games."""
    seen: Counter[str] = Counter()
    shown = []
    for each in listed:
        family, slash, _ = each.id.rpartition("/")
        seen[family] += 1
        if not slash or seen[family] <= SHOWN_OF_FAMILY:
            shown.append(each)
    return shown


def doctor(_arguments: Namespace) -> int:
    """Say what is installed and what is missing; 1 where something is that pgviz needs."""
    from pgviz import diagnosis

    report = diagnosis.report()
    say(console_on(), diagnosis.format_report(report))
    return 1 if report.faults else 0


def _begin_with(environment: str, runs: bool) -> str:
    return suggested_algorithm(environment) if runs else ""


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
