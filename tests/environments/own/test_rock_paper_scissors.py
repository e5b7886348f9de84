from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from scipy.stats import chisquare

from pgviz.environments.own import policy_observer
from pgviz.environments.own.exploitability import PAYOFF_MB, exploitability, observation_of
from pgviz.environments.own.rock_paper_scissors import OPPONENTS, RockPaperScissors

ROCK, PAPER, SCISSORS = range(3)


def game(opponent: str, seed: int = 0, **arguments: Any) -> RockPaperScissors:
    environment = RockPaperScissors(opponent=opponent, **arguments)
    environment.reset(seed=seed)
    return environment


def replies(environment: RockPaperScissors, moves: list[int]) -> list[int]:
    return [environment.step(np.int64(move))[4]["opponent_move"] for move in moves]


def what_follows(opponent: str, moves: list[int]) -> set[int]:
    """What the opponent may play after these moves of the agent's, over many seeds."""
    return {replies(game(opponent, seed), [*moves, ROCK])[-1] for seed in range(60)}


def test_that_the_opponent_beats_the_last_move() -> None:
    moves = [ROCK, SCISSORS, SCISSORS, PAPER, ROCK, ROCK]
    assert replies(game("beats_last_move"), moves)[1:] == [PAPER, ROCK, ROCK, SCISSORS, PAPER]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([ROCK], {PAPER}),
        ([ROCK, ROCK, PAPER], {PAPER}),
        ([SCISSORS, PAPER, PAPER], {SCISSORS}),
        # Against two of each, paper beats rock and draws with paper.
        ([ROCK, PAPER, ROCK, PAPER], {PAPER}),
        # Equally many of all: no reply is better than another.
        ([ROCK, PAPER, SCISSORS], {ROCK, PAPER, SCISSORS}),
        ([], {ROCK, PAPER, SCISSORS}),
        # Paper: 2 − 1, scissors: 2 − 2, rock: 1 − 2 for 2 rocks, 2 papers and 1 scissors.
        ([ROCK, ROCK, PAPER, PAPER, SCISSORS], {PAPER}),
        # Rock: 1 − 0, paper: 2 − 1, scissors: 0 − 2.
        ([ROCK, SCISSORS, ROCK], {ROCK, PAPER}),
    ],
)
def test_that_the_frequency_opponent_replies_to_the_moves_so_far(moves: list[int], expected: set[int]) -> None:
    assert what_follows("frequency", moves) == expected
    assert what_follows("best_response", moves) == expected, "as long as nobody tells it the policy"


def test_that_the_uniform_opponent_is_uniform_whatever_the_agent_does() -> None:
    environment = game("uniform", rounds=6000)
    drawn = replies(environment, [ROCK] * 6000)
    assert chisquare(np.bincount(drawn, minlength=3)).pvalue > 0.001
    pairs = [3 * before + after for before, after in zip(drawn[::2], drawn[1::2], strict=True)]
    assert chisquare(np.bincount(pairs, minlength=9)).pvalue > 0.001


def test_that_the_exploiter_replies_to_the_policy_that_it_was_told() -> None:
    environment = game("best_response")
    replies(environment, [SCISSORS] * 5)
    for mix, reply in (([0.6, 0.2, 0.2], PAPER), ([0, 1, 0], SCISSORS), ([0.2, 0.3, 0.5], ROCK)):
        environment.observe_policy(mix)
        assert replies(environment, [ROCK]) == [reply]


def test_that_what_the_exploiter_was_told_holds_for_one_step_and_one_episode() -> None:
    environment = game("best_response")
    replies(environment, [SCISSORS] * 3)
    environment.observe_policy([1, 0, 0])
    assert replies(environment, [SCISSORS, SCISSORS]) == [PAPER, ROCK]
    first = set()
    for seed in range(40):
        environment.observe_policy([1, 0, 0])
        environment.reset(seed=seed)
        first |= set(replies(environment, [ROCK]))
    assert first == {ROCK, PAPER, SCISSORS}


def test_that_the_exploiter_takes_from_a_mix_its_exploitability() -> None:
    generator = np.random.default_rng(1)
    for mix in generator.dirichlet([1, 1, 1], size=10):
        environment = game("best_response")
        environment.observe_policy(mix)
        (reply,) = replies(environment, [ROCK])
        assert mix @ PAYOFF_MB[:, reply] == pytest.approx(-exploitability(mix), abs=1e-12)


@pytest.mark.parametrize("opponent", OPPONENTS)
def test_that_the_opponent_does_not_know_what_the_agent_is_about_to_play(opponent: str) -> None:
    for seed in range(5):
        seen = set()
        for move in (ROCK, PAPER, SCISSORS):
            environment = game(opponent, seed)
            replies(environment, [ROCK, PAPER, PAPER])
            environment.observe_policy([0.5, 0.25, 0.25])
            seen.add(replies(environment, [move])[0])
        assert len(seen) == 1


def test_that_every_opponent_draws_one_number_a_round() -> None:
    states = []
    for opponent in OPPONENTS:
        environment = game(opponent, seed=4)
        replies(environment, [ROCK, PAPER, ROCK, SCISSORS])
        states.append(environment.np_random.bit_generator.state)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(4)))
    generator.random(4)
    assert all(state == generator.bit_generator.state for state in states)


@pytest.mark.parametrize("show", [False, True])
def test_that_the_agent_sees_the_last_moves_only_where_they_are_shown(show: bool) -> None:
    environment = RockPaperScissors(show_last_moves=show)
    assert environment.observation_space == gymnasium.spaces.Discrete(10 if show else 1)
    assert int(environment.reset(seed=2)[0]) == 0
    for move in (ROCK, SCISSORS, PAPER, PAPER):
        observation, reward, _, _, info = environment.step(np.int64(move))
        reply = info["opponent_move"]
        assert reward == PAYOFF_MB[move, reply]
        assert observation == (observation_of(move, reply) if show else 0)
        assert environment.observation_space.contains(observation)


@pytest.mark.parametrize("rounds", [1, 7])
def test_that_a_match_terminates_after_its_rounds(rounds: int) -> None:
    environment = game("frequency", rounds=rounds)
    ends = [environment.step(np.int64(ROCK))[2:4] for _ in range(rounds)]
    assert ends == [(False, False)] * (rounds - 1) + [(True, False)]
    with pytest.raises(gymnasium.error.ResetNeeded, match="call reset"):
        environment.step(np.int64(ROCK))
    environment.reset()
    environment.step(np.int64(ROCK))


def test_that_the_opponent_remembers_no_earlier_match() -> None:
    firsts = set()
    environment = game("frequency")
    for _ in range(60):
        replies(environment, [ROCK] * 3)
        environment.reset()
        firsts |= set(replies(environment, [PAPER]))
    assert firsts == {ROCK, PAPER, SCISSORS}


def test_that_a_step_ahead_of_the_last_move_wins_every_round_but_the_first() -> None:
    environment = gymnasium.make("pgviz/RockPaperScissorsBeatsLastMove-v0")
    observation, _ = environment.reset(seed=0)
    rewards = []
    for _ in range(50):
        last = (int(observation) - 1) // 3 if observation else 0
        observation, reward, terminated, _, _ = environment.step(np.int64((last + 2) % 3))
        rewards.append(reward)
    assert terminated
    assert rewards[1:] == [1.0] * 49


def test_that_of_the_mixes_that_see_nothing_the_uniform_one_does_best_against_beats_last_move() -> None:
    replies_to = {move: replies(game("beats_last_move"), [move, ROCK])[1] for move in (ROCK, PAPER, SCISSORS)}
    steps = 30
    for rock in range(steps + 1):
        for paper in range(steps + 1 - rock):
            mix = np.array([rock, paper, steps - rock - paper]) / steps
            mean = sum(mix[last] * (mix @ PAYOFF_MB[:, reply]) for last, reply in replies_to.items())
            assert mean == pytest.approx(0.0, abs=1e-12) if rock == paper == 10 else mean < -1e-6


@pytest.mark.parametrize("action", [3, -1, 0.0, None, "rock", [0]])
def test_that_what_is_no_move_is_refused(action: Any) -> None:
    with pytest.raises(gymnasium.error.InvalidAction, match="a move is 0, 1 or 2"):
        game("uniform").step(action)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"opponent": "nobody"}, "choose one of beats_last_move"), ({"rounds": 0}, "at least one round")],
)
def test_that_wrong_arguments_are_refused_with_the_reason(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RockPaperScissors(**arguments)


@pytest.mark.parametrize("mix", [[0.5, 0.5], [0.5, 0.5, 0.5], [[1, 0, 0]]])
def test_that_what_is_no_distribution_is_not_observed(mix: Any) -> None:
    with pytest.raises(ValueError, match=r"mix|distribution"):
        game("best_response").observe_policy(mix)


def test_that_whoever_wants_the_policy_is_found_through_wrappers() -> None:
    environment = gymnasium.make("pgviz/RockPaperScissorsBestResponse-v0")
    observe = policy_observer(environment)
    assert observe is not None
    environment.reset(seed=0)
    observe(np.array([0, 0, 1], np.float32))
    assert environment.step(np.int64(PAPER))[4] == {"opponent_move": ROCK}


@pytest.mark.parametrize("id", ["pgviz/RockPaperScissors-v0", "pgviz/MaskedGrid-v0", "CartPole-v1"])
def test_that_nobody_is_told_who_does_not_want_to_know(id: str) -> None:
    assert policy_observer(gymnasium.make(id)) is None
