"""Several choices and real numbers, independent of each other given the state."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from scipy import special, stats
from torch import Tensor

from pgviz.action_layout import ActionLayout
from pgviz.policies.bounds import ActionBounds
from pgviz.policies.distributions import DiagonalGaussian, SquashedGaussian
from pgviz.policies.factors import Factored, Factors
from tests.policies.differences import gradient_by_differences

# Choices of 2, 3, 9 and 2 options, which are two groups, and two real numbers between them.
COUNTS = (2, 3, 9, 2)
SPACE = spaces.Tuple(
    (
        spaces.MultiDiscrete([2, 3]),
        spaces.Box(np.array([-2.0, 0.0]), np.array([2.0, 3.0]), dtype=np.float64),
        spaces.Discrete(9, start=5),
        spaces.MultiBinary(1),
    )
)
LAYOUT = ActionLayout(SPACE)
SMALL = ActionLayout(spaces.MultiDiscrete([2, 3, 2]))
MANY = ActionLayout(spaces.MultiDiscrete([7] * 8))
LAYOUTS = {"uneven": SMALL, "even": ActionLayout(spaces.MultiDiscrete([3, 3])), "groups": LAYOUT}
BEGINS = (0, 2, 5, 14)


def factored(layout: ActionLayout, outputs: Tensor, masks: Any = None, log_std: float = -0.5) -> Factored:
    """The distribution that these outputs of a network give; real numbers squashed."""
    factors, logits = Factors(layout), outputs[:, : layout.option_count]
    legal = None if masks is None else torch.as_tensor(masks)
    choices = [group.distribution(logits, legal) for group in factors.groups]
    real_count = len(layout.low_D)
    if not real_count:
        return Factored(factors, choices, None)
    bounds, width = ActionBounds(layout.low_D, layout.high_D), torch.full((real_count,), log_std)
    return Factored(factors, choices, SquashedGaussian(outputs[:, layout.option_count :], width, bounds))


def outputs_of(layout: ActionLayout, count: int = 1, seed: int = 0) -> Tensor:
    size = layout.option_count + len(layout.low_D)
    return torch.randn((count, size), generator=torch.Generator().manual_seed(seed))


def rows_of(layout: ActionLayout) -> Any:
    """Every joint choice, as rows."""
    return np.array(list(itertools.product(*(range(count) for count in layout.counts_F))))


def factor_probabilities(layout: ActionLayout, outputs: Tensor) -> list[Any]:
    """The softmax of each choice in the first state, written out, in float64."""
    logits = outputs[0, : layout.option_count].double().numpy()
    return [special.softmax(each) for each in np.split(logits, np.cumsum(layout.counts_F)[:-1])]


@pytest.mark.parametrize("layout", [SMALL, LAYOUTS["even"]])
def test_that_the_joint_probabilities_are_products_and_sum_to_one(layout: ActionLayout) -> None:
    outputs, rows = outputs_of(layout), rows_of(layout)
    log_probs = factored(layout, outputs.expand(len(rows), -1)).log_prob(torch.from_numpy(rows)).numpy()
    factors = factor_probabilities(layout, outputs)
    expected = [np.prod([factor[option] for factor, option in zip(factors, row, strict=True)]) for row in rows]
    np.testing.assert_allclose(np.exp(log_probs), expected, rtol=1e-5)
    assert np.exp(log_probs).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("layout", [SMALL, LAYOUTS["even"]])
def test_that_the_entropy_is_that_of_the_joint_distribution(layout: ActionLayout) -> None:
    outputs, rows = outputs_of(layout), rows_of(layout)
    distribution = factored(layout, outputs.expand(len(rows), -1))
    joint = distribution.log_prob(torch.from_numpy(rows)).exp().double().numpy()
    assert float(distribution.entropy()[0]) == pytest.approx(stats.entropy(joint), rel=1e-5)
    likeliest = distribution.max_probability()
    assert likeliest is not None
    assert float(likeliest[0]) == pytest.approx(joint.max(), rel=1e-5)
    np.testing.assert_array_equal(distribution.mode()[0], rows[joint.argmax()])


def test_that_choices_and_real_numbers_add_up() -> None:
    distribution = factored(LAYOUT, outputs_of(LAYOUT, 6))
    sample = distribution.sample(np.random.default_rng(0))
    assert distribution.gaussian is not None
    assert sample.dtype == np.float32
    outputs = outputs_of(LAYOUT, 6)
    expected = np.zeros(6)
    entropies = np.zeros(6)
    columns = (0, 1, 4, 5)
    for column, begin, count in zip(columns, BEGINS, COUNTS, strict=True):
        log_probs = special.log_softmax(outputs[:, begin : begin + count].double().numpy(), -1)
        expected += log_probs[np.arange(6), sample[:, column].astype(int)]
        entropies += stats.entropy(np.exp(log_probs), axis=-1)
    real = torch.from_numpy(sample[:, 2:4])
    expected += distribution.gaussian.log_prob(real).numpy()
    np.testing.assert_allclose(distribution.log_prob(torch.from_numpy(sample)), expected, rtol=1e-5)
    entropies += distribution.gaussian.entropy().numpy()
    np.testing.assert_allclose(distribution.entropy(), entropies, rtol=1e-5)
    assert distribution.max_probability() is None


def test_that_it_has_the_numbers_of_torch() -> None:
    outputs = outputs_of(MANY, 4)
    ours = factored(MANY, outputs)
    logits = outputs.reshape(4, 8, 7)
    peer = torch.distributions.Independent(torch.distributions.Categorical(logits=logits), 1)
    sample = torch.from_numpy(ours.sample(np.random.default_rng(0)))
    torch.testing.assert_close(ours.log_prob(sample), peer.log_prob(sample))  # type: ignore[no-untyped-call]
    torch.testing.assert_close(ours.entropy(), peer.entropy())  # type: ignore[no-untyped-call]


def test_that_bits_have_the_numbers_of_bernoullis() -> None:
    layout = ActionLayout(spaces.MultiBinary(5))
    outputs = outputs_of(layout, 4)
    pairs = outputs.reshape(4, 5, 2)
    peer = torch.distributions.Independent(torch.distributions.Bernoulli(logits=pairs[..., 1] - pairs[..., 0]), 1)
    ours = factored(layout, outputs)
    sample = torch.from_numpy(ours.sample(np.random.default_rng(0)))
    expected = peer.log_prob(sample.float())  # type: ignore[no-untyped-call]
    torch.testing.assert_close(ours.log_prob(sample), expected)
    torch.testing.assert_close(ours.entropy(), peer.entropy())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("counts", [(2, 3, 4), (3, 3), (2, 9, 2)])
def test_that_it_has_the_numbers_of_sb3_contrib_masks_included(counts: tuple[int, ...]) -> None:
    distributions = pytest.importorskip("sb3_contrib.common.maskable.distributions")
    layout = ActionLayout(spaces.MultiDiscrete(list(counts)))
    outputs, rng = outputs_of(layout, 20), np.random.default_rng(1)
    masks = rng.random((20, layout.option_count)) < 0.5
    masks[:, np.cumsum(counts) - 1] = True
    peer = distributions.MaskableMultiCategoricalDistribution(list(counts))
    peer.proba_distribution(outputs)
    peer.apply_masking(masks)
    ours = factored(layout, outputs, masks)
    sample = torch.from_numpy(ours.sample(np.random.default_rng(0)))
    torch.testing.assert_close(ours.log_prob(sample), peer.log_prob(sample))
    torch.testing.assert_close(ours.entropy(), peer.entropy())
    np.testing.assert_array_equal(ours.mode(), peer.mode().numpy())


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_that_the_entropy_is_the_mean_surprise_of_its_samples(layout: ActionLayout) -> None:
    count = 50_000
    distribution = factored(layout, outputs_of(layout).expand(count, -1))
    surprise = -distribution.log_prob(torch.from_numpy(distribution.sample(np.random.default_rng(0))))
    standard_error = float(surprise.std()) / count**0.5
    assert float(surprise.mean()) == pytest.approx(float(distribution.entropy()[0]), abs=4 * standard_error)


def test_that_joint_choices_are_drawn_as_often_as_they_are_likely() -> None:
    count, rows = 60_000, rows_of(SMALL)
    outputs = outputs_of(SMALL)
    drawn = factored(SMALL, outputs.expand(count, -1)).sample(np.random.default_rng(4))
    places = np.ravel_multi_index(tuple(drawn.T), tuple(SMALL.counts_F))
    likely = factored(SMALL, outputs.expand(len(rows), -1)).log_prob(torch.from_numpy(rows)).double().exp().numpy()
    counts = np.bincount(places, minlength=len(rows))
    assert stats.chisquare(counts, count * likely / likely.sum()).pvalue > 0.01


def test_that_choices_and_real_numbers_are_drawn_from_their_own_distributions() -> None:
    count, outputs = 40_000, outputs_of(LAYOUT)
    drawn = factored(LAYOUT, outputs.expand(count, -1)).sample(np.random.default_rng(4))
    for column, probabilities in zip((0, 1, 4, 5), factor_probabilities(LAYOUT, outputs), strict=True):
        counts = np.bincount(drawn[:, column].astype(int), minlength=len(probabilities))
        assert stats.chisquare(counts, count * probabilities).pvalue > 0.01
    for column in (2, 3):
        mean = float(outputs[0, LAYOUT.option_count + column - 2])
        assert stats.kstest(drawn[:, column], stats.norm(mean, np.exp(-0.5)).cdf).pvalue > 0.01
    # Independent, given the state.
    correlations = np.corrcoef(drawn.T) - np.eye(LAYOUT.width)
    assert np.abs(correlations).max() < 5 / count**0.5


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_that_illegal_options_are_never_drawn_and_count_for_nothing(layout: ActionLayout) -> None:
    count, rng = 20_000, np.random.default_rng(1)
    masks = rng.random((5, layout.option_count)) < 0.4
    masks[:, np.cumsum(layout.counts_F) - 1] = True
    outputs = outputs_of(layout, 5).repeat(count // 5, 1)
    repeated = np.tile(masks, (count // 5, 1))
    distribution = factored(layout, outputs, repeated)
    drawn = distribution.sample(np.random.default_rng(0))[:, layout.choice_columns_F].astype(int)
    begins = np.cumsum(layout.counts_F) - layout.counts_F
    assert repeated[np.arange(count)[:, None], drawn + begins].all()
    other = torch.where(
        torch.nn.functional.pad(torch.from_numpy(repeated), (0, len(layout.low_D)), value=True), outputs, 50.0
    )
    assert torch.equal(factored(layout, other, repeated).entropy(), distribution.entropy())


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("masked", [False, True])
def test_that_the_gradients_are_those_of_finite_differences(layout: ActionLayout, masked: bool) -> None:
    outputs = outputs_of(layout).double()
    masks = None
    if masked:
        masks = np.random.default_rng(2).random((1, layout.option_count)) < 0.5
        masks[:, np.cumsum(layout.counts_F) - 1] = True
    sample = torch.from_numpy(factored(layout, outputs.float(), masks).sample(np.random.default_rng(0)))

    def log_prob(x: Tensor) -> Tensor:
        return double(layout, x, masks).log_prob(sample.double() if sample.is_floating_point() else sample).sum()

    gradient_by_differences(log_prob, outputs)
    gradient_by_differences(lambda x: double(layout, x, masks).entropy().sum(), outputs)
    if masks is not None:
        leaf = outputs.clone().requires_grad_()
        (log_prob(leaf) + double(layout, leaf, masks).entropy().sum()).backward()  # type: ignore[no-untyped-call]
        assert leaf.grad is not None
        assert (leaf.grad[0, : layout.option_count][~masks[0]] == 0.0).all()


def double(layout: ActionLayout, outputs: Tensor, masks: Any) -> Factored:
    """The same with the Gaussian clipped, whose numbers are float64 throughout."""
    whole = factored(layout, outputs, masks)
    if whole.gaussian is None:
        return whole
    width = torch.full((len(layout.low_D),), -0.5, dtype=torch.float64)
    return Factored(whole.factors, whole.choices, DiagonalGaussian(whole.gaussian.mean_BD, width))


@pytest.mark.parametrize("extreme", [1e4, -1e4])
@pytest.mark.parametrize("std", [1e-6, 1e3])
@pytest.mark.parametrize("squashed", [True, False])
def test_that_extremes_give_finite_numbers_and_gradients(extreme: float, std: float, squashed: bool) -> None:
    outputs = torch.zeros(3, LAYOUT.option_count + 2)
    outputs[:, : LAYOUT.option_count : 3] = extreme
    masks = np.ones((3, LAYOUT.option_count), bool)
    masks[1, [0, 2, 3, *range(5, 13), 14]] = False
    leaf, log_std = outputs.requires_grad_(), torch.full((2,), float(np.log(std)), requires_grad=True)
    distribution = factored(LAYOUT, leaf, masks)
    assert distribution.gaussian is not None
    means, bounds = distribution.gaussian.mean_BD, ActionBounds(LAYOUT.low_D, LAYOUT.high_D)
    gaussian = SquashedGaussian(means, log_std, bounds) if squashed else DiagonalGaussian(means, log_std)
    distribution = Factored(distribution.factors, distribution.choices, gaussian)
    sample = distribution.sample(np.random.default_rng(0))
    assert np.isfinite(sample).all()
    log_prob, entropy = distribution.log_prob(torch.from_numpy(sample)), distribution.entropy()
    assert bool(torch.isfinite(log_prob).all())
    assert bool(torch.isfinite(entropy).all())
    (log_prob + entropy).sum().backward()  # type: ignore[no-untyped-call]
    for each in (leaf, log_std):
        assert each.grad is not None
        assert bool(torch.isfinite(each.grad).all())


def test_that_choices_of_very_different_sizes_take_no_more_than_four_times_their_room() -> None:
    layout = ActionLayout(spaces.Tuple((spaces.MultiBinary(1000), spaces.Discrete(5000), spaces.Discrete(40))))
    groups = Factors(layout).groups
    assert sorted(each for group in groups for each in group.members) == list(range(1002))
    room = sum(len(group.members) * max(layout.counts_F[list(group.members)]) for group in groups)
    assert room <= 4 * layout.option_count


def test_that_equal_generators_draw_equal_samples() -> None:
    distribution = factored(LAYOUT, outputs_of(LAYOUT, 9))
    first, second = (distribution.sample(np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
