"""The language of breakpoint conditions, for example ``entropy < 0.1 * ln(n_actions) and step > 1000``.

A text is read by a parser of its own and becomes closures over numbers: nothing of it is ever run as Python.

**Words.** The names and functions are the tables in :mod:`~pgviz.session.expressions.vocabulary`. Numbers are
written ``0.5``, ``1e-3``, ``100_000``, ``inf``, ``nan``; truths ``True`` and ``False``. Operators and their
precedence are Python's: ``or``, ``and``, ``not``, the comparisons (also chained, ``0 < kl < 0.1``), ``+ -``,
``* / // %``, the sign, ``**``.

**Numbers** are floats. Nothing overflows, divides by zero or becomes complex: results are ``inf`` or ``nan``, as
IEEE 754 has it. In arithmetic a truth counts as 1 or 0; a number is no truth, it has to be compared.

**Entries.** ``observation``, ``log_std``, ``action`` (for several dimensions) and the like have entries:
``action[0]`` is the first, ``action[-1]`` the last. Arithmetic and comparisons go entry by entry; ``min``,
``max``, ``any`` and ``all`` of one such value make one of it. A condition over entries holds where it holds in any
of them. A discrete action is a plain number and its own only entry. Values whose numbers of entries differ make
unknown.

**Unknown.** A name has no value before it is first computed, or where the run has none (``kl`` under REINFORCE).
What is made of something unknown is unknown, and an unknown condition is not hit; but ``and`` is false where one
side is false, and ``or`` true where one side is true, whatever the other is.

**Before.** ``rising(x)`` and ``falling(x)`` compare x with its value at the event before that brought one:
greater, or smaller. A truth rises when it becomes true. ``changed(x)`` holds at any difference. ``mean(x, n)`` is
that of the last n values. All are unknown until there are values enough, and see every event that brings a new
value of x, also where the rest of the condition is false; at other events they keep their result.

**When.** A condition is checked only at the events that matter to its names; see
:mod:`~pgviz.session.expressions.checking`.

**Limits.** 500 characters, 40 levels, means over 10,000 values.
"""

from pgviz.session.expressions.completion import Candidate, complete
from pgviz.session.expressions.errors import ExpressionError
from pgviz.session.expressions.expression import Expression
from pgviz.session.expressions.template import Template, format_value
from pgviz.session.expressions.values import Values
from pgviz.session.expressions.vocabulary import FUNCTIONS, KINDS, NAMES, Kind

__all__ = [
    "FUNCTIONS",
    "KINDS",
    "NAMES",
    "Candidate",
    "Expression",
    "ExpressionError",
    "Kind",
    "Template",
    "Values",
    "complete",
    "format_value",
]
