"""Draws from a squashed Gaussian that gradients go back through, in NumPy.

In the *normalised* action a of [−1, 1]^D, with the noise ε standard normal (Haarnoja et al. 2018,
arXiv:1812.05905, section 4.2 and, for the logarithm, appendix C):

    u = μ + σ ε,    a = tanh u,    ln π(a|s) = Σ (−ε²/2 − ln σ − ½ ln 2π − ln(1 − tanh² u))

Written in ε rather than in (u − μ)/σ, nothing cancels where σ is tiny. The environment's action is a stretched
from [−1, 1] to the box, and its ln π is the normalised one less Σ ln((high − low)/2).

Shape suffixes: B batch, D action dimensions, Q quadrature nodes, K outputs of the network: D means, then D values
of ln σ before the clamp.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pgviz.policies.gaussian import LOG_STD_HIGH, LOG_STD_LOW
from pgviz.policies.wide import WIDE_LOG_STD, mean_bump, mean_distance

Floats = NDArray[np.float32]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(48)
_NODES_Q, _WEIGHTS_Q = _NODES.astype(np.float32), (_WEIGHTS / _WEIGHTS.sum()).astype(np.float32)
_LN_2, _HALF_LN_2PI = np.float32(math.log(2.0)), np.float32(0.5 * math.log(2.0 * math.pi))


class SquashedDraw(NamedTuple):
    """One action per state, and all that is needed to go back from it.

    Parameters
    ----------
    actions_BD
        Normalised actions a.
    log_probs_B
        ln π(a|s) of the normalised action.
    mean_BD, log_std_BD
        Of the Gaussian; ln σ clamped.
    deviations_BD
        σ ε, by which u differs from its mean.
    free_BD
        Where the clamp lets a gradient through to ln σ.
    """

    actions_BD: Floats
    log_probs_B: Floats
    mean_BD: Floats
    log_std_BD: Floats
    deviations_BD: Floats
    free_BD: NDArray[np.bool_]

    def rows(self, rows: slice) -> SquashedDraw:
        """Return the draws of some of the states."""
        return SquashedDraw(
            self.actions_BD[rows],
            self.log_probs_B[rows],
            self.mean_BD[rows],
            self.log_std_BD[rows],
            self.deviations_BD[rows],
            self.free_BD[rows],
        )

    def gradient(self, slopes_BD: Floats, weights_B: Floats) -> Floats:
        """Return the gradient of Σ slopes · a + Σ weights ln π in the network's outputs, ``(B, K)``.

        Parameters
        ----------
        slopes_BD
            Gradient in the actions of everything but ln π.
        weights_B
            Gradient in ln π of each state.
        """
        weights_B1, actions_BD = weights_B[:, None], self.actions_BD
        # d(−ln(1 − tanh²))/du = 2 tanh.
        in_u_BD = slopes_BD * (1.0 - actions_BD * actions_BD) + 2.0 * weights_B1 * actions_BD
        in_log_std_BD = (in_u_BD * self.deviations_BD - weights_B1) * self.free_BD
        return np.concatenate([in_u_BD, in_log_std_BD], 1)

    def mean_entropy(self, states: int) -> float:
        """Return the mean entropy of π(·|s) over the first `states`, in nats, for the normalised action.

        Not of the one action that was drawn, but exact: by the quadrature of
        :meth:`pgviz.policies.distributions.SquashedGaussian.entropy`.
        """
        mean_BD, log_std_BD = self.mean_BD[:states], self.log_std_BD[:states]
        u_QBD = mean_BD + _NODES_Q[:, None, None] * np.exp(log_std_BD)
        expected_BD = (_WEIGHTS_Q @ _log_slope(u_QBD).reshape(len(_WEIGHTS_Q), -1)).reshape(mean_BD.shape)
        wide_BD = log_std_BD > WIDE_LOG_STD
        if wide_BD.any():
            expected_BD[wide_BD] = _mean_log_slope(mean_BD[wide_BD], np.exp(log_std_BD[wide_BD]))
        entropy_BD = log_std_BD + (_HALF_LN_2PI + np.float32(0.5)) + expected_BD
        return float(np.add.reduce(entropy_BD, None)) / len(entropy_BD)


def _mean_log_slope(mean: Floats, std: Floats) -> Floats:
    """Return E[ln(1 − tanh² u)] under wide Gaussians."""
    given = torch.from_numpy(mean), torch.from_numpy(std)
    return np.asarray(2.0 * (math.log(2.0) - mean_distance(*given) - mean_bump(*given)), np.float32)


def _log_slope(u: Floats) -> Floats:
    """Return ln(1 − tanh² u) = 2 (ln 2 − |u| − ln(1 + exp(−2 |u|))), exact also where tanh is 1."""
    distance = np.abs(u)
    slope = np.exp(np.float32(-2.0) * distance)
    slope += np.float32(1.0)
    np.log(slope, out=slope)
    slope += distance
    slope -= _LN_2
    slope *= np.float32(-2.0)
    return slope


def draw(outputs_BK: Floats, noise_BD: Floats) -> SquashedDraw:
    """Draw one action per state.

    Parameters
    ----------
    outputs_BK
        Of the network.
    noise_BD
        ε, standard normal.
    """
    size = noise_BD.shape[1]
    mean_BD, raw_BD = outputs_BK[:, :size], outputs_BK[:, size:]
    log_std_BD = np.minimum(np.maximum(raw_BD, LOG_STD_LOW), LOG_STD_HIGH)
    deviations_BD = np.exp(log_std_BD) * noise_BD
    u_BD = mean_BD + deviations_BD
    log_probs_BD = -0.5 * noise_BD * noise_BD - log_std_BD - _HALF_LN_2PI - _log_slope(u_BD)
    free_BD, log_probs_B = log_std_BD == raw_BD, np.add.reduce(log_probs_BD, 1)
    return SquashedDraw(np.tanh(u_BD), log_probs_B, mean_BD, log_std_BD, deviations_BD, free_BD)
