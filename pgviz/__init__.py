"""pgviz: a desktop debugger for policy-gradient agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgviz._version import __version__

if TYPE_CHECKING:
    from pgviz.session.debug import debug

__all__ = ["__version__", "debug"]


def __getattr__(name: str) -> Any:
    # The engine takes seconds to import, and the window must be painted before.
    if name == "debug":
        from pgviz.session.debug import debug

        return debug
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
