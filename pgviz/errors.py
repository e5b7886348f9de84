"""The one family of errors that pgviz shows to a person.

Every message is one sentence that says what is wrong and what to do. Anything else that escapes is a defect
of pgviz itself.
"""


class PgvizError(Exception):
    """A fault that a person can act on; ``str(error)`` is the whole message."""


class UsageError(PgvizError):
    """What was asked for cannot be done as it was asked (exit status 2)."""


class RunError(PgvizError):
    """A run that had been set up correctly failed on its way (exit status 1)."""


class EnvironmentFault(RunError):
    """An environment raised, or returned something that its own spaces rule out."""


class NumericalFault(RunError):
    """A loss, gradient or parameter stopped being finite.

    Parameters
    ----------
    tensor
        Name of the first tensor that is not finite, for example ``"gradient of actor.0.weight"``.
    message
        The sentence shown to the person.
    """

    def __init__(self, tensor: str, message: str) -> None:
        super().__init__(message)
        self.tensor = tensor


def in_brief(error: object, length: int = 160) -> str:
    """What an exception says, on one line and without its end where that is far: libraries may say pages."""
    return " ".join(str(error).split())[:length]
