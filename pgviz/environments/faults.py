"""What an environment did wrong, and where, in one sentence."""

from __future__ import annotations

from pgviz.environments.observations import ObservationMismatch
from pgviz.errors import EnvironmentFault, in_brief

# What may come out of somebody else's code and is that code's fault: SystemExit too, for an environment that calls
# sys.exit() has no say in whether pgviz ends. Ctrl+C does.
RAISED = (Exception, SystemExit)
_QUOTED = 300


def in_words(error: BaseException, where: str = "") -> str:
    """Say what was raised: ``"raised ValueError in step 3: no such thing"``, or without words a full stop."""
    said = in_brief(error, _QUOTED)
    return f"raised {type(error).__name__}{where}" + (f": {said}" if said else ".")


class FaultReporter:
    """Words the faults of one environment.

    In every method `episode` is the number of the episode and `step` the step in it, from 1; 0 is its reset.

    Parameters
    ----------
    id
        The environment's id.
    """

    def __init__(self, id: str) -> None:
        self._id = id

    def raised(self, error: BaseException, episode: int, step: int) -> EnvironmentFault:
        """The environment raised, or wanted to end the whole process."""
        return EnvironmentFault(f"{self._id} {in_words(error, f' in {_where(episode, step)}')}")

    def malformed(self, result: object, episode: int, step: int) -> EnvironmentFault:
        """`result` is not the tuple that Gymnasium asks for."""
        wanted = 5 if step else 2
        if isinstance(result, tuple) and len(result) == wanted:
            return self._returned(_bad_entry(result), episode, step)
        names = "(observation, reward, terminated, truncated, info)" if step else "(observation, info)"
        got = f"{len(result)} values" if isinstance(result, tuple) else f"a {type(result).__name__}"
        problem = f"{got} where Gymnasium asks for the {wanted} values {names}"
        return self._returned(problem, episode, step)

    def mismatch(self, mismatch: ObservationMismatch, episode: int, step: int) -> EnvironmentFault:
        """An observation does not fit its space."""
        return self._returned(f"an observation {mismatch}", episode, step)

    def reward(self, reward: float, episode: int, step: int) -> EnvironmentFault:
        """A reward is not finite."""
        return self._returned(f"the reward {float(reward)}", episode, step)

    def mask(self, problem: str | BaseException, episode: int, step: int) -> EnvironmentFault:
        """An action mask cannot be used: what was returned in its place, or what was raised."""
        if isinstance(problem, BaseException):
            return self.raised(problem, episode, step)
        return self._returned(problem, episode, step)

    def _returned(self, problem: str, episode: int, step: int) -> EnvironmentFault:
        return EnvironmentFault(f"{self._id} returned {problem} in {_where(episode, step)}.")


def _where(episode: int, step: int) -> str:
    return f"step {step} of episode {episode}" if step else f"the reset of episode {episode}"


def _bad_entry(result: tuple[object, ...]) -> str:
    reward = result[1]
    try:
        float(reward)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return f"a reward that is not one number ({reward!r})"
    return "terminated and truncated flags that are not both true or false"
