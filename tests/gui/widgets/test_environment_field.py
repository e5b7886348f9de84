"""Which ids are known to be none."""

from __future__ import annotations

import gymnasium
import pytest

from pgviz.environments.catalog import listing
from pgviz.gui.widgets.environment_field import why_not

NEEDS_ATARI = "needs the Arcade Learning Environment"
LISTED = {
    "CartPole-v1": "",
    "phys2d/CartPole-v1": "",
    "LunarLander-v3": "needs Box2D",
    "ALE/Pong-v5": NEEDS_ATARI,
    "Plain": "",
}


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ("CartPole-v1", ""),
        ("phys2d/CartPole-v1", ""),
        ("Plain", ""),
        ("CartPole-v0", ""),  # an old version is not listed, and may be there
        ("LunarLander-v2", "needs Box2D"),
        ("LunarLander-v3", "needs Box2D"),
        ("ALE/Breakout-v5", NEEDS_ATARI),  # a few stand for a family that is not installed
        ("module:Unheard-v9", ""),
        ("", ""),
        ("CartPole-v2", "unknown environment 'CartPole-v2'; did you mean CartPole-v1"),
        ("CartPole", "unknown environment 'CartPole'; did you mean CartPole-v1"),
        ("phys2d/CartPloe-v1", "unknown environment 'phys2d/CartPloe-v1'; did you mean phys2d/CartPole-v1"),
        ("Zork-v0", "unknown environment 'Zork-v0'; known: "),
    ],
)
def test_that_what_is_known_not_to_be_there_is_said(environment: str, reason: str) -> None:
    said = why_not(environment, LISTED)
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_that_nothing_is_ruled_out_before_it_is_known_what_there_is() -> None:
    assert why_not("Zork-v0", {}) == ""


def test_that_no_environment_that_is_registered_is_ruled_out_as_unknown() -> None:
    listed = {each.id: "" if each.available else each.reason for each in listing()}
    moved = {"GymV21Environment-v0", "GymV26Environment-v0"}
    for id in gymnasium.registry:
        if id not in moved:
            assert not why_not(id, listed).startswith("unknown"), id
