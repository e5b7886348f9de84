"""What a person agrees to before an environment that a file names is run: importing a module runs its code."""

from __future__ import annotations

from pgviz.errors import UsageError


def module_of(environment: str) -> str:
    """The module that an environment's id has imported, or empty where it names none."""
    module, colon, _ = environment.partition(":")
    return module if colon else ""


def require_agreed(environment: str, agreed: str) -> None:
    """Check that a person has agreed to what an environment that a file names would import.

    Raises
    ------
    UsageError
        Where nobody has.
    """
    module = module_of(environment)
    if module and agreed != module:
        raise UsageError(
            f"{environment[:200]} would import the Python module {module[:200]}: agree to that first, if you know"
            " where it comes from."
        )
