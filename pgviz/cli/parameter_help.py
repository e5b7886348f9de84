"""Hyperparameters in words, read from their declarations."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from pgviz.hyperparameters import declaration
from pgviz.parameters import Parameter

INDENT = 26
NARROWEST = 60


def parameter_lines(algorithm: str) -> Iterator[str]:
    """The end of a help page: what ``--set`` takes, line by line."""
    declared = declaration(algorithm)
    width = max(NARROWEST, shutil.get_terminal_size().columns) - 2
    yield f"hyperparameters of {declared.title}, for --set NAME=VALUE:"
    for parameter in declared.parameters.values():
        head = f"  {parameter.name}"
        lines = textwrap.wrap(f"{parameter.help} {allowed(parameter)}", width - INDENT)
        if len(head) > INDENT - 2:
            yield head
            head = ""
        for line in lines:
            yield f"{head:<{INDENT}}{line}"
            head = ""
    yield ""
    yield "Some environments start from values of their own; `pgviz parameters ALGORITHM ENV_ID` lists them."


def allowed(parameter: Parameter) -> str:
    """Default and range, in brackets."""
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"[{parameter.format(parameter.default)}{unit}; {parameter.range_text}]"
