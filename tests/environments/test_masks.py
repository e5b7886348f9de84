from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.environments import masks as masking
from pgviz.environments.step import VectorStep
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import EnvironmentFault
from tests.environments.masking import LENGTH

MASKING = "tests.environments.masking:"
ALL = [True] * LENGTH


def vector(name: str, count: int = 2) -> VectorEnvironment:
    return VectorEnvironment(MASKING + name, count, np.random.SeedSequence(1), render=False)


def allowed(environment: VectorEnvironment) -> list[list[bool]]:
    assert environment.masks_NA is not None
    assert environment.masks_NA.dtype == bool
    return environment.masks_NA.tolist()  # type: ignore[no-any-return]


def up_to(time: int) -> list[bool]:
    return [action <= time for action in range(LENGTH)]


def act(environment: VectorEnvironment, times: int = 1, **options: Any) -> VectorStep:
    space = environment.action_space
    actions = np.zeros((environment.count, *(space.shape or ())), space.dtype)
    return [environment.step(actions, **options) for _ in range(times)][-1]


def live(environment: VectorEnvironment) -> None:
    environment.reset()
    act(environment, LENGTH)


@pytest.mark.parametrize(
    "name", ["Corridor", "IntegerMask", "ListMask", "SharedMask", "Method", "WrappedMethod", "SilentAtTheEnd"]
)
def test_that_masks_are_those_of_the_states_to_act_in_next(name: str) -> None:
    environment = vector(f"{name}-v0")
    assert environment.masks_NA is None
    environment.reset()
    assert allowed(environment) == [up_to(0)] * 2
    for time in range(1, LENGTH):
        act(environment)
        assert allowed(environment) == [up_to(time)] * 2
    act(environment)
    assert allowed(environment) == [up_to(0)] * 2, "of the next episode's first state"
    assert environment.facts.has_masks


@pytest.mark.parametrize("name", ["Silent-v0", "Continuous-v0"])
def test_that_where_nothing_is_masked_there_are_no_masks_and_steps_become_the_environments_own(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "SUSPECTED_STEPS", LENGTH)
    environment = vector(name)
    environment.reset()
    result = act(environment, LENGTH)
    assert environment.masks_NA is None
    assert result.final_masks == {}
    assert not environment.facts.has_masks
    assert not environment._masks.present
    assert environment._steps == [each.step for each in environment._environments]


def test_that_the_mask_of_a_final_state_is_kept_beside_that_of_the_next_episode() -> None:
    environment = vector("CutOff-v0")
    environment.reset()
    result = act(environment, 2)
    assert result.truncated.all()
    assert {copy: mask.tolist() for copy, mask in result.final_masks.items()} == {0: up_to(2), 1: up_to(2)}
    assert allowed(environment) == [up_to(0)] * 2


@pytest.mark.parametrize("name", ["NothingAtTheEnd-v0", "SilentAtTheEnd-v0"])
def test_that_a_state_in_which_nothing_is_chosen_any_more_need_not_allow_anything(name: str) -> None:
    environment = vector(name)
    environment.reset()
    result = act(environment, LENGTH)
    assert result.terminated.all()
    assert result.final_masks[1].tolist() == ALL
    assert allowed(environment) == [up_to(0)] * 2


def test_that_masks_of_one_step_survive_the_next() -> None:
    environment = vector("Corridor-v0")
    environment.reset()
    seen = []
    for _ in range(LENGTH + 1):
        seen.append((environment.masks_NA, allowed(environment)))
        act(environment)
    assert all(masks is not None and masks.tolist() == values for masks, values in seen)


def test_that_copies_that_wait_or_have_not_begun_are_allowed_all() -> None:
    environment = vector("CutOff-v0", 3)
    environment.begin_episode(1)
    only = np.array([False, True, False])
    assert allowed(environment) == [ALL, up_to(0), ALL]
    act(environment, active=only, autoreset=False)
    assert allowed(environment) == [ALL, up_to(1), ALL]
    result = act(environment, active=only, autoreset=False)
    assert result.ended
    assert allowed(environment) == [ALL] * 3
    before = environment.masks_NA
    environment.begin_episode(2)
    assert allowed(environment) == [ALL, ALL, up_to(0)]
    assert before is not None
    assert before.all()


@pytest.mark.parametrize("name", ["Pair-v0", "PairAsTuple-v0"])
def test_that_a_mask_of_several_choices_is_flat(name: str) -> None:
    environment = vector(name, 1)
    environment.reset()
    assert allowed(environment) == [[True, False, True, False, False]]
    act(environment, 2)
    assert allowed(environment) == [[True, True, True, True, False]]


def test_that_taxi_is_masked_as_it_says() -> None:
    environment = VectorEnvironment("Taxi-v4", 3, np.random.SeedSequence(2), render=False)
    environment.reset()
    for _ in range(250):
        masks = allowed(environment)
        for each, mask in zip(environment._environments, masks, strict=True):
            taxi: Any = each.unwrapped
            # An illegal move leaves everything as it is: Gymnasium's definition, here from its transition table.
            assert mask == [taxi.P[taxi.s][action][0][1] != taxi.s for action in range(6)]
        environment.step(np.array([mask.index(True) for mask in masks]))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NothingLegal", "returned an action mask that allows nothing in step 2 of episode 1."),
        ("NothingLegalAtReset", "returned an action mask that allows nothing in the reset of episode 1."),
        ("NothingInOneChoice", "an action mask that allows nothing for choice 1 (entries 2 to 4) in step 2 of"),
        (
            "WrongLength",
            "an action mask of shape (5,) where its action space asks for (4,) in step 2 of episode 1",
        ),
        ("WrongNumbers", "an action mask of type float64 that is not all true or false, 1 or 0 in step 2 of"),
        ("Words", "an action mask of type <U3 that is not all true or false, 1 or 0 in step 2 of episode 1"),
        ("Ragged", "returned an action mask that is no flat array in step 2 of episode 1"),
        ("Forgetful", "returned no action mask (it did at its first reset) in step 2 of episode 1"),
        (
            "Late",
            "an action mask, but none at its first reset (it is needed from there on) in step 1 of episode 1",
        ),
        ("VeryLate", "but none at its first reset (it is needed from there on) in step 3 of episode 1"),
        ("LaterEpisodes", "none at its first reset (it is needed from there on) in the reset of episode"),
        ("RaisingMethod", "raised RuntimeError in step 2 of episode 1: the rules are lost"),
    ],
)
def test_that_a_mask_that_cannot_be_used_is_a_fault_told_in_one_sentence(name: str, words: str) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        live(vector(f"{name}-v0"))
    message = str(caught.value)
    assert message.startswith(f"{MASKING}{name}-v0 ")
    assert words in message
    assert "\n" not in message


def test_that_the_copy_whose_mask_is_at_fault_is_the_one_named() -> None:
    environment = vector("NothingLegal-v0", 3)
    environment.reset()
    with pytest.raises(EnvironmentFault, match="step 2 of episode 3"):
        act(environment, 2, active=np.array([False, False, True]))
