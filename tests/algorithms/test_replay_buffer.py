"""What is remembered, in which order it is overwritten, and what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pgviz.algorithms.replay_buffer import ReplayBuffer, Transitions
from pgviz.algorithms.rollout import Rollout
from tests.algorithms.making import make_rollout
from tests.algorithms.making_dqn import steps


def _held(buffer: ReplayBuffer) -> list[int]:
    """The rewards of all steps that can be drawn."""
    drawn = buffer.sample(200 * len(buffer), np.random.default_rng(0))
    return sorted({int(reward) for reward in drawn.rewards_B})


def _in_order(buffer: ReplayBuffer) -> Transitions:
    """All steps held, by increasing reward."""
    drawn = buffer.sample(400 * len(buffer), np.random.default_rng(0))
    return drawn.select(np.unique(drawn.rewards_B, return_index=True)[1])


def _masked(masks: Any, last: Any, *, finals: dict[tuple[int, int], Any] | None = None) -> Rollout:
    """A rollout of one copy with these masks; in `finals`, of episodes that a limit ended."""
    masks = np.array(masks, bool)
    rollout, finals = Rollout(1, 1, len(masks)), finals or {}
    for t, mask_A in enumerate(masks):
        ended = np.array([(t, 0) in finals])
        observation = np.full((1, 1), t, np.float32)
        rollout.append(observation, np.array([0]), np.array([float(t)]), ~ended & ended, ended, None, mask_A[None])
        if ended[0]:
            rollout.add_final_observation(0, np.full(1, 100 + t, np.float32), finals[t, 0])
    rollout.last_observations_NO = np.full((1, 1), len(masks), np.float32)
    rollout.last_masks_NA = None if last is None else np.array([last], bool)
    return rollout


@pytest.mark.parametrize("copies", [1, 3])
def test_that_steps_are_held_in_the_order_in_which_they_were_taken(copies: int) -> None:
    buffer = ReplayBuffer(100)
    buffer.add(steps(4, copies=copies))
    buffer.add(steps(2, first=4 * copies, copies=copies))
    assert (len(buffer), buffer.added) == (6 * copies, 6 * copies)
    held = _in_order(buffer)
    assert held.rewards_B.tolist() == list(range(6 * copies))
    np.testing.assert_array_equal(held.observations_BO[:, 0], held.rewards_B)
    np.testing.assert_array_equal(held.samples_B, held.rewards_B % 3)
    np.testing.assert_array_equal(held.next_observations_BO[:, 0], held.rewards_B + copies)


def test_that_the_oldest_are_overwritten_first() -> None:
    buffer = ReplayBuffer(7)
    for first in (0, 3, 6, 9):
        buffer.add(steps(3, first))
        assert _held(buffer) == list(range(max(first + 3 - 7, 0), first + 3))
    assert (len(buffer), buffer.added) == (7, 12)


def test_that_of_a_rollout_longer_than_the_buffer_the_end_is_held() -> None:
    buffer = ReplayBuffer(5)
    buffer.add(steps(3))
    buffer.add(steps(12, 3))
    assert _held(buffer) == [10, 11, 12, 13, 14]
    buffer.add(steps(2, 15))
    assert _held(buffer) == [12, 13, 14, 15, 16]


def test_that_an_ended_episode_leads_to_its_own_last_state_and_only_the_task_ends_it() -> None:
    observations = np.arange(8, dtype=np.float32).reshape(4, 2, 1)
    rollout = make_rollout(
        observations,
        np.zeros((4, 2), int),
        np.arange(8).reshape(4, 2),
        terminated=((1, 0),),
        truncated=((2, 1), (3, 0)),
        finals={(1, 0): [50.0], (2, 1): [60.0], (3, 0): [70.0]},
        last_NO=np.array([[8.0], [9.0]], np.float32),
    )
    buffer = ReplayBuffer(20)
    buffer.add(rollout)
    held = _in_order(buffer)
    assert held.next_observations_BO[:, 0].tolist() == [2, 3, 50, 5, 6, 60, 70, 9]
    assert held.terminated_B.tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert held.masks_BA is None
    assert held.next_masks_BA is None


def test_that_idle_copies_are_left_out() -> None:
    rollout = Rollout(2, 1, 2)
    for t in range(2):
        flags = np.zeros(2, bool)
        observations = np.full((2, 1), t, np.float32)
        rollout.append(observations, np.zeros(2, int), np.array([t, 50.0]), flags, flags, np.array([True, False]))
    buffer = ReplayBuffer(10)
    buffer.add(rollout)
    assert _held(buffer) == [0, 1]


def test_that_every_step_held_is_equally_likely() -> None:
    buffer = ReplayBuffer(8)
    buffer.add(steps(13))
    drawn = buffer.sample(20_000, np.random.default_rng(7)).rewards_B
    counts = [int((drawn == reward).sum()) for reward in range(5, 13)]
    assert stats.chisquare(counts).pvalue > 0.001


def test_that_what_is_drawn_is_a_copy_and_follows_from_the_generator_alone() -> None:
    buffer = ReplayBuffer(8)
    buffer.add(steps(6))
    first, second = (buffer.sample(5, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first.rewards_B, second.rewards_B)
    first.observations_BO[:] = -1.0
    np.testing.assert_array_equal(buffer.sample(5, np.random.default_rng(1)).rewards_B, second.rewards_B)
    assert buffer.sample(50, np.random.default_rng(2)).observations_BO.min() >= 0.0


def test_that_nothing_is_drawn_from_an_empty_buffer() -> None:
    with pytest.raises(ValueError, match="the replay buffer is empty"):
        ReplayBuffer(3).sample(1, np.random.default_rng(0))


def test_that_what_is_legal_next_is_what_is_legal_in_the_state_that_follows() -> None:
    buffer = ReplayBuffer(10)
    buffer.add(_masked([[1, 1], [1, 0], [0, 1]], last=[1, 0]))
    held = _in_order(buffer)
    assert held.masks_BA is not None
    assert held.next_masks_BA is not None
    assert held.masks_BA.tolist() == [[True, True], [True, False], [False, True]]
    assert held.next_masks_BA.tolist() == [[True, False], [False, True], [True, False]]


def test_that_after_a_limit_what_is_legal_next_is_that_of_the_last_state() -> None:
    buffer = ReplayBuffer(10)
    ends = {(0, 0): np.array([False, True]), (2, 0): None}
    buffer.add(_masked([[1, 0], [1, 0], [1, 0]], last=[1, 0], finals=ends))
    held = _in_order(buffer).next_masks_BA
    assert held is not None
    # Where the last state does not say, everything is legal.
    assert held.tolist() == [[False, True], [True, False], [True, True]]


@pytest.mark.parametrize("masks_first", [False, True])
def test_that_steps_taken_without_a_mask_lead_to_states_where_all_is_legal(masks_first: bool) -> None:
    plain = make_rollout(np.zeros((2, 1, 1), np.float32), np.zeros((2, 1), int), [[10.0], [11.0]])
    masked = _masked([[1, 0], [1, 0]], last=[1, 0])
    buffer = ReplayBuffer(3)
    for rollout in (masked, plain) if masks_first else (plain, masked):
        buffer.add(rollout)
    held = _in_order(buffer)
    assert held.next_masks_BA is not None
    legal = dict(zip(held.rewards_B.tolist(), held.next_masks_BA.sum(1).tolist(), strict=True))
    assert legal == ({1.0: 1, 10.0: 2, 11.0: 2} if masks_first else {0.0: 1, 1.0: 1, 11.0: 2})


def test_that_steps_can_be_chosen_with_and_without_masks() -> None:
    buffer = ReplayBuffer(10)
    buffer.add(_masked([[1, 1], [1, 0], [0, 1]], last=[1, 0]))
    drawn = buffer.sample(6, np.random.default_rng(0))
    chosen = drawn.select(np.array([4, 1]))
    for ours, theirs in zip(chosen, drawn, strict=True):
        assert theirs is not None
        np.testing.assert_array_equal(ours, theirs[[4, 1]])
    assert drawn._replace(masks_BA=None).select(np.array([0])).masks_BA is None


@pytest.mark.parametrize("capacity", [5, 9, 100])
@pytest.mark.parametrize("other", [False, True])
def test_that_earlier_contents_can_be_brought_back(capacity: int, other: bool) -> None:
    buffer = ReplayBuffer(capacity)
    buffer.keeps_overwritten = True
    marks = []
    for first in range(0, 24, 3):
        buffer.add(steps(3, first))
        marks.append((buffer.capture(), _held(buffer)))
    for mark, held in reversed(marks):
        target = ReplayBuffer(capacity) if other else buffer
        target.restore(mark)
        assert _held(target) == held
        assert target.added == mark.added
    if not other:
        buffer.add(steps(3, 3))
        assert _held(buffer) == marks[1][1]


def test_that_contents_that_are_not_held_any_more_or_not_yet_are_refused() -> None:
    buffer = ReplayBuffer(5)
    buffer.add(steps(4))
    first = buffer.capture()
    buffer.add(steps(4, 4))
    second = buffer.capture()
    with pytest.raises(ValueError, match="no longer holds what it held then"):
        buffer.restore(first)
    buffer.keeps_overwritten = True
    buffer.add(steps(4, 8))
    third = buffer.capture()
    buffer.restore(second)
    assert _held(buffer) == [3, 4, 5, 6, 7]
    with pytest.raises(ValueError, match="no longer holds what it held then"):
        buffer.restore(third)
    buffer.add(steps(4, 8))
    buffer.forget(buffer.capture())
    with pytest.raises(ValueError, match="no longer holds what it held then"):
        buffer.restore(second)


def test_that_steps_from_before_any_mask_are_brought_back_as_all_legal() -> None:
    buffer = ReplayBuffer(2)
    buffer.keeps_overwritten = True
    buffer.add(make_rollout(np.zeros((2, 1, 1), np.float32), np.zeros((2, 1), int), [[10.0], [11.0]]))
    mark = buffer.capture()
    buffer.add(_masked([[1, 0], [1, 0]], last=[1, 0]))
    buffer.restore(mark)
    held = _in_order(buffer)
    assert held.rewards_B.tolist() == [10, 11]
    assert held.next_masks_BA is not None
    assert held.next_masks_BA.all()
