"""``--allow MODULE``: a file may name an environment ``module:Id``, and importing a module runs it."""

from __future__ import annotations

from argparse import ArgumentParser

from pgviz.errors import UsageError
from pgviz.session.agreement import module_of

LONGEST = 200  # characters of a name; a file may say anything


def declare_allow(parser: ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument("--allow", metavar="MODULE", help="import this module for an environment module:Id")


def require_allowed(environment: str, allowed: str | None) -> None:
    """Check that the person has allowed what an environment that a file names would import.

    Raises
    ------
    UsageError
        Where it was not.
    """
    module = module_of(environment)
    if module and module != allowed:
        raise UsageError(
            f"the run's environment {environment[:LONGEST]} would have the module {module[:LONGEST]} imported,"
            f" which runs what is in it: say --allow {module[:LONGEST]} if you trust it."
        )
