"""Softmax over the legal actions alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch import Tensor

from pgviz.policies.distributions import Categorical, MaskedCategorical, sample_categorical
from tests.policies.differences import gradient_by_differences

LOGITS = np.array([[0.3, -1.2, 2.0, 0.7], [0.0, 0.0, 0.0, 0.0], [-4.0, 5.0, 1.0, 3.0]], np.float32)
MASKS = np.array([[True, True, False, True], [False, True, True, True], [False, False, True, False]])
LEGAL = [np.flatnonzero(mask).tolist() for mask in MASKS]
EXTREME = [[1e4, -1e4, 0.0, 1e4], [-1e4, -1e4, -1e4, -1e4], [1e4, 1e4, -1e4, 1e4], [0.0, 1e4, -1e4, 3.0]]


def masked(logits: Any = LOGITS, masks: Any = MASKS) -> MaskedCategorical:
    return MaskedCategorical(torch.as_tensor(logits), torch.as_tensor(masks))


def by_subset(row: int) -> np.ndarray:
    """Probabilities by leaving the illegal actions out, in float64."""
    probabilities = np.zeros(LOGITS.shape[1])
    probabilities[LEGAL[row]] = special.softmax(LOGITS[row, LEGAL[row]].astype(float))
    return probabilities


def gradient(function: Any, logits: Any, masks: Any) -> Tensor:
    leaf = torch.tensor(logits, requires_grad=True)
    (computed,) = torch.autograd.grad(function(masked(leaf, masks)), leaf)
    return computed


@pytest.mark.parametrize("row", [0, 1, 2])
def test_that_probabilities_are_those_of_the_softmax_without_the_illegal_actions(row: int) -> None:
    probabilities = masked().log_probs_BA[row].exp().numpy()
    np.testing.assert_allclose(probabilities, by_subset(row), rtol=1e-6)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-6)
    assert (probabilities[~MASKS[row]] == 0.0).all()


def test_that_entropy_mode_and_likeliest_are_those_of_the_legal_actions() -> None:
    expected = np.array([by_subset(row) for row in range(3)])
    np.testing.assert_allclose(masked().entropy(), stats.entropy(expected, axis=-1), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(masked().max_probability(), expected.max(-1), rtol=1e-6)
    np.testing.assert_array_equal(masked().mode(), expected.argmax(-1))


def test_that_a_mask_that_allows_all_changes_nothing() -> None:
    whole, plain = masked(masks=np.ones_like(MASKS)), Categorical(torch.from_numpy(LOGITS))
    assert torch.equal(whole.log_probs_BA, plain.log_probs_BA)
    assert torch.equal(whole.entropy(), plain.entropy())


def test_that_the_logits_of_illegal_actions_are_not_looked_at() -> None:
    other = np.where(MASKS, LOGITS, np.float32(1e30))
    assert torch.equal(masked(other).log_probs_BA, masked().log_probs_BA)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_that_samples_have_their_probabilities_and_an_illegal_action_is_never_drawn(row: int) -> None:
    count = 100_000
    logits, masks = np.repeat(LOGITS[row : row + 1], count, 0), np.repeat(MASKS[row : row + 1], count, 0)
    drawn = masked(logits, masks).sample(np.random.default_rng(row))
    counts = np.bincount(drawn, minlength=4)
    assert (counts[~MASKS[row]] == 0).all()
    legal = LEGAL[row]
    if len(legal) > 1:
        assert stats.chisquare(counts[legal], by_subset(row)[legal] * count).pvalue > 0.01


def test_that_the_entropy_is_the_mean_surprise_of_its_samples() -> None:
    count = 100_000
    distribution = masked(np.repeat(LOGITS[:1], count, 0), np.repeat(MASKS[:1], count, 0))
    surprise = -distribution.log_prob(torch.from_numpy(distribution.sample(np.random.default_rng(0))))
    standard_error = float(surprise.std()) / count**0.5
    assert float(surprise.mean()) == pytest.approx(float(distribution.entropy()[0]), abs=4 * standard_error)


@pytest.mark.parametrize(("row", "action"), [(row, action) for row in range(3) for action in LEGAL[row]])
def test_that_the_gradients_are_those_of_finite_differences_and_0_where_illegal(row: int, action: int) -> None:
    logits = torch.tensor(LOGITS[row : row + 1], dtype=torch.float64)
    mask, taken = torch.from_numpy(MASKS[row : row + 1]), torch.tensor([action])
    gradient_by_differences(lambda x: MaskedCategorical(x, mask).log_prob(taken).sum(), logits)
    gradient_by_differences(lambda x: MaskedCategorical(x, mask).entropy().sum(), logits)

    def both(distribution: MaskedCategorical) -> Tensor:
        return 3.0 * distribution.log_prob(taken).sum() - 0.7 * distribution.entropy().sum()

    computed = gradient(both, LOGITS[row : row + 1], mask)
    assert (computed[0, ~MASKS[row]] == 0.0).all()


@pytest.mark.parametrize("logits", EXTREME)
@pytest.mark.parametrize("mask", [[True] * 4, [True, True, False, False], [False, False, True, False]])
def test_that_extreme_logits_give_finite_numbers_and_gradients(logits: list[float], mask: list[bool]) -> None:
    taken = torch.tensor([mask.index(True)])

    def loss(distribution: MaskedCategorical) -> Tensor:
        assert bool(torch.isfinite(distribution.log_prob(taken)).all())
        assert float(distribution.entropy().detach()) >= 0.0
        return distribution.log_prob(taken).sum() + distribution.entropy().sum()

    computed = gradient(loss, [logits], [mask])
    assert bool(torch.isfinite(computed).all())
    assert (computed[0, ~np.array(mask)] == 0.0).all()
    drawn = masked([logits] * 50, [mask] * 50).sample(np.random.default_rng(0))
    legal = np.flatnonzero(mask)
    best = legal[np.array(logits)[legal] == np.array(logits)[legal].max()]
    assert set(drawn.tolist()) <= set(best.tolist())


def test_that_with_one_legal_action_all_is_certain_and_nothing_is_learned() -> None:
    mask = [[False, False, True, False]]
    distribution = masked(LOGITS[:1], mask)
    assert float(distribution.entropy()) == 0.0
    assert float(distribution.log_prob(torch.tensor([2]))) == 0.0

    def both(distribution: MaskedCategorical) -> Tensor:
        return (distribution.log_prob(torch.tensor([2])) + distribution.entropy()).sum()

    assert bool((gradient(both, LOGITS[:1], mask) == 0.0).all())


def test_that_it_has_the_numbers_of_torch_over_the_legal_actions() -> None:
    for row, legal in enumerate(LEGAL):
        peer = torch.distributions.Categorical(logits=torch.from_numpy(LOGITS[row, legal]))
        ours = masked(LOGITS[row : row + 1], MASKS[row : row + 1])
        torch.testing.assert_close(ours.log_probs_BA[0, legal], peer.logits)
        torch.testing.assert_close(ours.entropy()[0], peer.entropy())  # type: ignore[no-untyped-call]


def test_that_it_has_the_numbers_of_sb3_contrib() -> None:
    distributions = pytest.importorskip("sb3_contrib.common.maskable.distributions")
    peer = distributions.MaskableCategorical(logits=torch.from_numpy(LOGITS), masks=MASKS)
    legal = torch.from_numpy(MASKS)
    torch.testing.assert_close(masked().log_probs_BA[legal], peer.logits[legal])
    torch.testing.assert_close(masked().entropy(), peer.entropy())


def test_that_equal_generators_draw_equal_samples() -> None:
    logits = np.where(MASKS, LOGITS, -np.inf)
    first, second = (sample_categorical(logits, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
