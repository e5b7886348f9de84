"""The one fault of the expression language."""

from __future__ import annotations

from pgviz.errors import UsageError


class ExpressionError(UsageError):
    """A text is not an expression.

    Parameters
    ----------
    message
        What is wrong and what to do, without the position.
    start, end
        Which characters of the text it is about, from 0, `end` left out; for underlining them. Both may lie just
        behind the text, where something is missing.

    Notes
    -----
    ``str(error)`` is the whole sentence and counts characters from 1, as people do.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(f"At character {start + 1}: {message}")
        self.message = message
        self.start = start
        self.end = end

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int, int]]:
        return ExpressionError, (self.message, self.start, self.end)

    def moved(self, offset: int) -> ExpressionError:
        """The same fault, for an expression that stands `offset` characters into a longer text."""
        return ExpressionError(self.message, self.start + offset, self.end + offset)
