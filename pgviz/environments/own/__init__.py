"""pgviz's own environments; importing this package registers them with Gymnasium, under ``pgviz/``."""

from __future__ import annotations

import gymnasium

from pgviz.environments.own.observing import policy_observer

__all__ = ["NAMESPACE", "policy_observer"]

NAMESPACE = "pgviz"

_ROCK_PAPER_SCISSORS = "pgviz.environments.own.rock_paper_scissors:RockPaperScissors"

gymnasium.register(id="pgviz/RockPaperScissors-v0", entry_point=_ROCK_PAPER_SCISSORS)
gymnasium.register(
    id="pgviz/RockPaperScissorsBeatsLastMove-v0",
    entry_point=_ROCK_PAPER_SCISSORS,
    kwargs={"opponent": "beats_last_move", "show_last_moves": True},
    reward_threshold=47.0,
)
gymnasium.register(
    id="pgviz/RockPaperScissorsUniform-v0", entry_point=_ROCK_PAPER_SCISSORS, kwargs={"opponent": "uniform"}
)
gymnasium.register(
    id="pgviz/RockPaperScissorsBestResponse-v0",
    entry_point=_ROCK_PAPER_SCISSORS,
    kwargs={"opponent": "best_response"},
)
gymnasium.register(
    id="pgviz/MaskedGrid-v0",
    entry_point="pgviz.environments.own.masked_grid:MaskedGrid",
    max_episode_steps=100,
    reward_threshold=0.85,
)
gymnasium.register(
    id="pgviz/FactoredReach-v0",
    entry_point="pgviz.environments.own.factored_reach:FactoredReach",
    max_episode_steps=50,
    reward_threshold=1.5,
)
