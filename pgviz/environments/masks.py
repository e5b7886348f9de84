"""Action masks: which choices an environment says are legal.

There are two ways in which an environment may say so: ``info["action_mask"]``, from reset and from every step, and
a method ``action_masks()`` of the environment or of one of its wrappers, the convention of sb3-contrib. The first
is preferred where both are there. A mask has an entry for each option of each choice in an action, choice after
choice; true, or 1, is legal. For a MultiDiscrete space it may also be a tuple of one mask per choice, which is
what the space's own ``sample`` takes.

Shape suffixes: A options of all choices together, F choices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal
from weakref import WeakMethod

import numpy as np
from numpy.typing import NDArray

from pgviz.action_layout import ActionLayout, Space
from pgviz.environments.factory import Environment
from pgviz.environments.faults import RAISED
from pgviz.errors import EnvironmentFault

KEY, METHOD = "action_mask", "action_masks"
# Steps of one copy in which a mask is looked for that was not there at the reset; resets are always looked at.
SUSPECTED_STEPS = 1_000

LATE = "an action mask, but none at its first reset (it is needed from there on)"

Mask = NDArray[np.bool_]
Step = Callable[[Any], Any]


class _Unusable(ValueError):
    """A mask that cannot be used; the message is the rest of the sentence "It returned ..."."""


class MaskReader:
    """Reads the masks of N copies of one environment.

    Whether there are masks, and where, is found out at the first reset of any copy: an environment must give its
    mask from there on. One that begins to later is at fault; that is found out at any reset, and in the first
    thousand steps of the copy that was reset first. After these nothing is done at any step.

    Parameters
    ----------
    environments
        The copies.
    steps
        Their ``step`` functions, by copy; those in the list are replaced where a mask has to be caught.
    action_space
        Of each copy.
    fault
        Words the fault of a copy: either what it returned in place of a mask, or what it raised. A method, whose
        object is not held.

    Attributes
    ----------
    present
        Whether there are masks to be read after each step.
    """

    def __init__(
        self,
        environments: Sequence[Environment],
        steps: list[Step],
        action_space: Space,
        fault: Callable[[int, str | BaseException], EnvironmentFault],
    ) -> None:
        self._environments = environments
        self._steps = steps
        # Of whoever holds this reader: held in turn, it would stay until the garbage collector comes.
        self._wording = WeakMethod(fault)
        self._counts = tuple(ActionLayout(action_space).counts_F.tolist())
        self._begins = np.cumsum((0, *self._counts[:-1]))
        self._infos: list[Any] = [None] * len(environments)
        self._source: Literal["unknown", "info", "method", "none", "late"] = "unknown"
        self.present = False

    def _fault(self, copy: int, problem: str | BaseException) -> EnvironmentFault:
        wording = self._wording()
        assert wording is not None
        return wording(copy, problem)

    @property
    def size(self) -> int:
        """Entries A of a mask."""
        return sum(self._counts)

    def begin(self, copy: int, info: Any) -> Mask | None:
        """Return the mask of a copy's first state, ``(A,)``; ``None`` where the environment has none.

        Parameters
        ----------
        copy
            Which copy has been reset.
        info
            What reset returned beside the observation.

        Raises
        ------
        EnvironmentFault
            Where the mask cannot be used.
        """
        if self._source == "unknown":
            self._find(copy, info)
        if self._source == "none" and self._counts and _in_info(info) is not None:
            raise self._fault(copy, LATE)
        if self._source in ("none", "late"):
            return None
        self._infos[copy] = info
        return self.read(copy)

    def read(self, copy: int, *, over: bool = False) -> Mask:
        """Return the mask of a copy's present state, ``(A,)``, perhaps the environment's own array.

        Parameters
        ----------
        copy
            Which copy has been stepped.
        over
            Whether the task has ended there: nothing is chosen in such a state, so that it may do without a mask,
            or with one that allows nothing. All is then allowed, which no target that heeds the ending looks at.

        Raises
        ------
        EnvironmentFault
            Where the mask cannot be used.
        """
        try:
            return self._read(copy, over)
        except _Unusable as problem:
            raise self._fault(copy, str(problem)) from None
        except RAISED as error:
            raise self._fault(copy, error) from error

    def _read(self, copy: int, over: bool) -> Mask:
        if self._source == "late":
            raise _Unusable(LATE)
        given = self._given(copy)
        if given is None and not over:
            raise _Unusable("no action mask (it did at its first reset)")
        mask_A = np.ones(self.size, bool) if given is None else self._checked(given)
        allowed_F = np.logical_or.reduceat(mask_A, self._begins)
        if allowed_F.all():
            return mask_A
        if over:
            return np.ones(self.size, bool)
        raise _Unusable(f"an action mask that allows nothing{self._place(int(allowed_F.argmin()))}")

    def _find(self, copy: int, info: Any) -> None:
        """Find out where the masks are."""
        if not self._counts:
            self._source = "none"
        elif _in_info(info) is not None:
            self._source = "info"
            self._steps[:] = [self._catching(step, index) for index, step in enumerate(self._steps)]
        elif self._environments[copy].has_wrapper_attr(METHOD):
            self._source = "method"
        else:
            self._source = "none"
            self._steps[copy] = self._suspecting(self._steps[copy], copy)
        self.present = self._source in ("info", "method")

    def _catching(self, step: Step, copy: int) -> Step:
        """A step that keeps its info for :meth:`read`."""

        def catch(action: Any) -> Any:
            result = step(action)
            self._infos[copy] = _info_of(result)
            return result

        return catch

    def _suspecting(self, step: Step, copy: int) -> Step:
        """A step that looks for a while whether there is a mask after all: to ignore it would be no help."""
        left = SUSPECTED_STEPS

        def suspect(action: Any) -> Any:
            nonlocal left
            left -= 1
            result = step(action)
            found = _in_info(_info_of(result)) is not None
            if found:
                self._source, self.present = "late", True
            if found or not left:
                self._steps[copy] = step
            return result

        return suspect

    def _given(self, copy: int) -> Any:
        if self._source == "method":
            return self._environments[copy].get_wrapper_attr(METHOD)()
        return _in_info(self._infos[copy])

    def _checked(self, given: Any) -> Mask:
        try:
            joined = isinstance(given, tuple) and any(np.ndim(each) for each in given)
            mask = np.concatenate([np.atleast_1d(each) for each in given]) if joined else np.asarray(given)
        except ValueError:
            raise _Unusable("an action mask that is no flat array") from None
        if mask.shape != (self.size,):
            raise _Unusable(f"an action mask of shape {mask.shape} where its action space asks for ({self.size},)")
        if mask.dtype == bool:
            return mask
        if mask.dtype.kind not in "iuf" or not ((mask == 0) | (mask == 1)).all():
            raise _Unusable(f"an action mask of type {mask.dtype} that is not all true or false, 1 or 0")
        return mask.astype(bool)

    def _place(self, choice: int) -> str:
        if len(self._counts) == 1:
            return ""
        first = int(self._begins[choice])
        return f" for choice {choice} (entries {first} to {first + self._counts[choice] - 1})"


def _info_of(result: Any) -> Any:
    return result[-1] if isinstance(result, tuple) and result else None


def _in_info(info: Any) -> Any:
    return info.get(KEY) if isinstance(info, dict) else None
