from __future__ import annotations

import numpy as np
import pytest

from pgviz.environments.faults import in_words
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import EnvironmentFault, UsageError
from tests.environments.faulty import FAULTY_STEP

FAULTY = "tests.environments.faulty:"


def run(name: str) -> None:
    environment = VectorEnvironment(FAULTY + name, 2, np.random.SeedSequence(1), render=False)
    environment.reset()
    for _ in range(FAULTY_STEP):
        environment.step(np.zeros(2, int))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("RaisesInStep-v0", "raised ValueError in step 3 of episode 1: the motor is on fire"),
        ("ExitsInStep-v0", "raised SystemExit in step 3 of episode 1: 3"),
        ("ExitsInReset-v0", "raised SystemExit in the reset of episode 1."),
        ("ExitsInConstructor-v0", "raised SystemExit while it was being made: no licence"),
        ("RaisesInReset-v0", "raised KeyError in the reset of episode 1: 'key lost'"),
        ("NanObservation-v0", "returned an observation with nan in entry 1 in step 3 of episode 1"),
        ("InfiniteObservation-v0", "returned an observation with inf in entry 2 in step 3 of episode 1"),
        ("NanReward-v0", "returned the reward nan in step 3 of episode 1"),
        ("NoReward-v0", "returned a reward that is not one number (None) in step 3 of episode 1"),
        ("TextReward-v0", "returned a reward that is not one number ('much') in step 3 of episode 1"),
        ("ArrayFlags-v0", "returned terminated and truncated flags that are not both true or false in step 3"),
        ("WrongShape-v0", "an observation of shape (4,) where its observation space says (3,) in step 3"),
        ("NoArray-v0", "an observation that is not an array of numbers (dict) in step 3 of episode 1"),
        ("FourValues-v0", "4 values where Gymnasium asks for the 5 values (observation, reward,"),
        ("NothingReturned-v0", "a NoneType where Gymnasium asks for the 5 values (observation, reward,"),
        (
            "ResetWithoutInfo-v0",
            "ndarray where Gymnasium asks for the 2 values (observation, info) in the reset",
        ),
        ("NanInReset-v0", "an observation with nan in entry 0 in the reset of episode 1"),
        (
            "WrongShapeInReset-v0",
            "shape (3, 1) where its observation space says (3,) in the reset of episode 1",
        ),
        ("OutsideDiscrete-v0", "an observation 4, which is not in its space (Discrete, 4 values) in the reset"),
        ("RaisesInConstructor-v0", "raised FileNotFoundError while it was being made: no level 7"),
        ("Spaceless-v0", "has no action_space; its constructor must set one"),
    ],
)
def test_that_a_fault_is_told_in_one_sentence(name: str, words: str) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        run(name)
    message = str(caught.value)
    assert message.startswith(FAULTY + name)
    assert words in message
    assert "\n" not in message


def test_that_what_the_environment_raised_is_kept_as_the_cause() -> None:
    with pytest.raises(EnvironmentFault) as caught:
        run("RaisesInStep-v0")
    assert isinstance(caught.value.__cause__, ValueError)


def test_that_a_library_that_says_pages_is_quoted_in_brief() -> None:
    said = in_words(ValueError("one\n  thing " + "and another " * 1_000), " in step 3")
    assert said.startswith("raised ValueError in step 3: one thing and another")
    assert len(said) < 400


def test_that_the_copy_at_fault_is_the_one_named() -> None:
    environment = VectorEnvironment(FAULTY + "NanObservation-v0", 3, np.random.SeedSequence(1), render=False)
    environment.reset()
    only_last = np.array([False, False, True])
    environment.step(np.zeros(3, int), only_last)
    environment.step(np.zeros(3, int), only_last)
    with pytest.raises(EnvironmentFault, match="step 3 of episode 3"):
        environment.step(np.zeros(3, int))


def test_that_large_finite_observations_are_no_fault() -> None:
    environment = VectorEnvironment(
        "tests.environments.toys:Counting-v0", 1, np.random.SeedSequence(1), render=False
    )
    encoded = environment.encoder.encode(np.array([3e38, -3e38]))
    assert np.isfinite(encoded).all()


@pytest.mark.parametrize("name", ["RaisesInClose-v0", "ExitsInDrawing-v0"])
def test_that_closing_never_raises(name: str) -> None:
    environment = VectorEnvironment(FAULTY + name, 2, np.random.SeedSequence(1), render=False)
    environment.close()


def test_that_an_environment_that_ends_the_process_in_drawing_has_no_picture() -> None:
    environment = VectorEnvironment(FAULTY + "ExitsInDrawing-v0", 1, np.random.SeedSequence(1), render=True)
    environment.reset()

    assert environment.render(0) is None
    assert "drawing raised SystemExit" in environment.render_error


def test_that_a_dependency_missing_in_the_constructor_is_bad_usage() -> None:
    with pytest.raises(UsageError, match="cannot be made with the packages installed here: robotics is not"):
        run("MissingPackage-v0")
