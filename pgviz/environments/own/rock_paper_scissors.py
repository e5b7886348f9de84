"""Rock, paper, scissors, played again and again: where only a mixed policy is safe.

Shape suffixes: M moves of the agent, B moves of its opponent (both three).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import ArrayLike, NDArray

from pgviz.environments.own.drawing import warn_that_nothing_is_drawn
from pgviz.environments.own.exploitability import (
    DEFAULT_ROUNDS,
    HIDDEN_OBSERVATIONS,
    MOVES,
    PAYOFF_MB,
    SHOWN_OBSERVATIONS,
    best_replies,
    distribution,
    observation_of,
)
from pgviz.environments.own.match_picture import draw_match

OPPONENTS = ("beats_last_move", "frequency", "uniform", "best_response")
# What each move (column) is worth to the opponent against each of the agent's (row).
_REPLIES_MB = -PAYOFF_MB
_ANY = tuple(range(len(MOVES)))


class RockPaperScissors(gymnasium.Env[np.int64, np.int64]):
    """Rock, paper, scissors, round after round, against one of four opponents.

    ## Description

    Two players show rock, paper or scissors at the same time, round after round. Rock beats scissors, scissors
    beat paper, paper beats rock. The agent is one player; the other is one of four opponents:

    - `"beats_last_move"` plays what would have beaten the agent's last move.
    - `"frequency"` plays the best reply to the moves that the agent has made in this match so far (fictitious
      play; Brown, 1951).
    - `"uniform"` plays every move with probability 1/3, so that nothing can be learnt from it, nor lost to it.
    - `"best_response"` is the exploiter: it knows π(·|s), the distribution from which the agent is about to
      draw, though not what it draws, and plays the best reply. Whoever trains tells it, see *Telling the
      exploiter*; until it is told, it does what `"frequency"` does.

    Whoever can be foreseen loses to the last of them: a policy that takes the best action of a value function
    gets −1 per round, whatever the values are. The one policy that nobody can exploit is the uniform mix. By
    how much a policy can be exploited is computed by `pgviz.environments.own.exploitability`. Against
    `"uniform"` every policy gets 0, so that nothing keeps a learner from becoming exploitable.

    Where it has no reason to prefer a move, in the first round and between equally good replies, the opponent
    draws one at random.

    ## Action Space

    `Discrete(3)`:

    - 0: rock
    - 1: paper
    - 2: scissors

    ## Observation Space

    Without `show_last_moves`, `Discrete(1)`: there is nothing to see, so that a policy is one distribution over
    the three moves. With it, `Discrete(10)`: 0 in the first round, and 1 + 3 · (the agent's last move) + (its
    opponent's last move) after it.

    What is hidden changes the lesson. An agent that sees nothing does best against `"beats_last_move"` by mixing
    uniformly, for 0; one that sees the last moves wins every round but the first, by being one step ahead.

    `info` has `"opponent_move"` after each step.

    ## Rewards

    +1 for winning the round, 0 for a draw, −1 for losing it.

    ## Starting State

    No round has been played, and the opponent remembers no earlier match.

    ## Episode End

    Termination: all rounds have been played. The match is over then, and nothing that comes after it counts.
    There is no truncation.

    ## Telling the exploiter

    An environment does not see the policy. A learner that wants to be exploited calls, before each step,

    ```python
    environment.unwrapped.observe_policy(probabilities)  # π(·|s), three numbers
    ```

    It holds for that one step. `wants_policy` says whether the opponent would make use of it, and
    `pgviz.environments.own.policy_observer(environment)` finds the method in any environment that has it. What the
    exploiter did depends on what it was told: to play an episode again takes its seed, its actions and these
    probabilities. The exploiter takes the best reply to each round by itself; to an agent that sees the last moves
    there can be something better still, which `exploitability` finds.

    ## Evaluating

    `metadata["best_is_mixed"]` says that what is best here is a mix, so that a policy is to be evaluated by moves
    drawn from it; not so where the agent sees the last moves and its opponent goes by them.

    ## Arguments

    ```python
    >>> import gymnasium
    >>> import pgviz.environments.own
    >>> environment = gymnasium.make("pgviz/RockPaperScissors-v0", opponent="best_response", rounds=100)

    ```

    | Parameter         | Type     | Default       | Description                                        |
    |-------------------|----------|---------------|----------------------------------------------------|
    | `opponent`        | **str**  | `"frequency"` | Who plays against the agent; one of the four above |
    | `rounds`          | **int**  | `50`          | Rounds in a match                                  |
    | `show_last_moves` | **bool** | `False`       | Whether the observation shows the last moves       |

    The other opponents have ids of their own too: `pgviz/RockPaperScissorsBeatsLastMove-v0` (which shows the last
    moves), `pgviz/RockPaperScissorsUniform-v0` and `pgviz/RockPaperScissorsBestResponse-v0`.

    ## Rendering

    `render_mode="rgb_array"` draws 600 × 400 pixels: both hands in the last round, the score, the agent's
    empirical mix beside 1/3, and every round of the match as a mark above (won), on (drawn) or below (lost) a
    line.

    ## Version History

    * v0: first version
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 4}  # noqa: RUF012  (as Gymnasium has it)

    def __init__(
        self,
        render_mode: str | None = None,
        opponent: str = "frequency",
        rounds: int = DEFAULT_ROUNDS,
        show_last_moves: bool = False,
    ) -> None:
        if opponent not in OPPONENTS:
            raise ValueError(f"there is no opponent {opponent!r}; choose one of {', '.join(OPPONENTS)}")
        if rounds < 1:
            raise ValueError(f"a match has at least one round, not {rounds}")
        self.render_mode = render_mode
        self.opponent = opponent
        self.rounds = rounds
        self.show_last_moves = show_last_moves
        # Who sees what an opponent goes by can foresee it, and then one move is the best.
        foreseeable = opponent == "beats_last_move" and show_last_moves
        self.metadata = {**type(self).metadata, "best_is_mixed": not foreseeable}
        self.action_space = spaces.Discrete(len(MOVES))
        self.observation_space = spaces.Discrete(SHOWN_OBSERVATIONS if show_last_moves else HIDDEN_OBSERVATIONS)
        self._clear()

    def _clear(self) -> None:
        self._agent_moves: list[int] = []
        self._opponent_moves: list[int] = []
        self._counts_M = np.zeros(len(MOVES))
        self._told_M: NDArray[np.float64] | None = None

    @property
    def wants_policy(self) -> bool:
        """Whether the opponent makes use of what :meth:`observe_policy` tells it."""
        return self.opponent == "best_response"

    def observe_policy(self, probabilities: ArrayLike) -> None:
        """Tell the opponent from which distribution the agent is about to draw its next move.

        Parameters
        ----------
        probabilities
            π(·|s), ``(3,)``. Forgotten after the next step.

        Raises
        ------
        ValueError
            Where it is no distribution over three moves.
        """
        told_M = distribution(probabilities)
        if told_M.ndim != 1:
            raise ValueError(f"one distribution is wanted, of shape (3,); this has shape {told_M.shape}")
        self._told_M = told_M

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.int64, dict[str, Any]]:
        """Begin a match; see the class."""
        super().reset(seed=seed, options=options)
        self._clear()
        return np.int64(0), {}

    def step(self, action: np.int64) -> tuple[np.int64, float, bool, bool, dict[str, Any]]:
        """Play a round; see the class."""
        if not self.action_space.contains(action):
            raise gymnasium.error.InvalidAction(f"a move is 0, 1 or 2, not {action!r}.")
        if len(self._agent_moves) >= self.rounds:
            raise gymnasium.error.ResetNeeded("the match is over; call reset to begin another.")
        move, reply = int(action), self._reply()
        self._told_M = None
        self._agent_moves.append(move)
        self._opponent_moves.append(reply)
        self._counts_M[move] += 1
        observation = observation_of(move, reply) if self.show_last_moves else 0
        over = len(self._agent_moves) == self.rounds
        return np.int64(observation), float(PAYOFF_MB[move, reply]), over, False, {"opponent_move": reply}

    def render(self) -> NDArray[np.uint8] | None:
        """Draw the match so far; see the class."""
        if self.render_mode is None:
            warn_that_nothing_is_drawn(self)
            return None
        return draw_match(self.opponent, self.rounds, self._agent_moves, self._opponent_moves)

    def _reply(self) -> int:
        """The opponent's move, chosen before the agent's is known to it."""
        candidates = self._candidates()
        # One number in each round, whoever plays and whether or not it is needed, so that the rounds that follow
        # draw the same ones.
        return int(candidates[int(self.np_random.random() * len(candidates))])

    def _candidates(self) -> Sequence[int] | NDArray[np.intp]:
        """The moves between which the opponent is indifferent."""
        if self.wants_policy and self._told_M is not None:
            return best_replies(self._told_M)
        if self.opponent == "uniform" or not self._agent_moves:
            return _ANY
        if self.opponent == "beats_last_move":
            return best_replies(np.eye(len(MOVES))[self._agent_moves[-1]])
        # Whole numbers: ties are exact.
        values_B = self._counts_M @ _REPLIES_MB
        return np.flatnonzero(values_B == values_B.max())
