"""Where the files that pgviz ships lie: icons, and later lessons and demos."""

from pathlib import Path

from pgviz.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def path(name: str) -> Path:
    """Return the path of a shipped file or folder.

    In a wheel the files lie in ``pgviz/resources``; in a checkout (``pip install -e .`` included) in ``resources``
    beside ``pgviz``.

    Parameters
    ----------
    name
        Path below ``resources`` with forward slashes, for example ``"icons/pgviz.svg"``.

    Raises
    ------
    UsageError
        If no such file was shipped.
    """
    for root in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        found = root / name
        if found.exists():
            return found
    raise UsageError(f"pgviz's own file {name!r} is missing; install pgviz again.")
