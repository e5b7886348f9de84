"""What is legal, said of a decision that may have taken no heed of it.

Shape suffixes: S options of all choices together, choice after choice; N copies.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pgviz.policies.decision import CategoricalDecision, Decision, FactoredDecision


def with_legality(decision: Decision, masks_NS: NDArray[np.bool_] | None, index: int) -> Decision:
    """Write into one copy's decision which options were legal: what a mask that is ignored would rule out.

    Parameters
    ----------
    decision
        Of any kind; only choices among options have something to write.
    masks_NS
        True where an option of any choice is legal; ``None`` where the environment does not say.
    index
        Which copy.
    """
    return decision if masks_NS is None else _marked(decision, masks_NS[index])


def _marked(decision: Decision, mask_S: NDArray[np.bool_]) -> Decision:
    if isinstance(decision, CategoricalDecision):
        # Who was asked about a state without its mask has not heeded it.
        return replace(decision, mask_A=mask_S.copy(), heeds_mask=decision.mask_A is not None)
    if not isinstance(decision, FactoredDecision):
        return decision
    factors, begin = [], 0
    for factor in decision.factors:
        end = begin + (len(factor.probabilities_A) if isinstance(factor, CategoricalDecision) else 0)
        factors.append(_marked(factor, mask_S[begin:end]))
        begin = end
    return replace(decision, factors=tuple(factors))
