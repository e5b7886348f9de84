"""An arm of many joints, all moved at once: millions of joint actions, few per joint."""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pgviz.environments.own.arm_picture import draw_arm
from pgviz.environments.own.drawing import warn_that_nothing_is_drawn

# Angles in radians, lengths in lengths of the whole arm.
LARGEST_TURN = math.radians(4.5)
LARGEST_BEND = math.radians(150)
LARGEST_START = math.radians(30)
TARGET_RADII = (0.35, 0.9)
TARGET_ANGLES = (math.radians(20), math.radians(160))
TOLERANCE = 0.05

STEP_COST = 0.01
REACH_REWARD = 1.0


class FactoredReach(gymnasium.Env[NDArray[np.float32], NDArray[np.int64]]):
    """An arm of eight joints reaches for a target, moving all of them at once.

    ## Description

    An arm of eight joints stands on a base and is to touch a target with its tip. In every step each joint is
    given one of seven turns, all at once: 7⁸ = 5,764,801 joint actions. One softmax over all of them would need
    as many outputs: behind a layer of 64 units 369 million weights, 1.5 GB of them, and Adam's moments twice as
    much again; and it would learn next to nothing, because hardly any joint action is ever tried twice. A
    factored policy, π(a|s) = Π π(aᵢ|s), has 56 outputs. Nothing is lost by it here: which turn of a joint helps
    depends on where the arm is and hardly on what the other joints do in the same step.

    With fewer `joints` and `positions` the two can be compared: two joints with five turns are 25 joint
    actions.

    ## Action Space

    `MultiDiscrete([positions] × joints)`, `MultiDiscrete([7, 7, 7, 7, 7, 7, 7, 7])` by default: a turn for each
    joint, the base's first. The turns are equally spaced from −4.5° to +4.5° (counterclockwise); the middle
    one, 3 by default, leaves the joint as it is. No joint bends further than 150° either way, the first
    measured from upright.

    ## Observation Space

    `Box(-2, 2, (2 · joints + 4,), float32)`, lengths in lengths of the arm:

    | Num     | Observation                                                | Min | Max |
    |---------|------------------------------------------------------------|-----|-----|
    | 0 – 7   | Cosine of each link's direction, the base's link first     | −1  | 1   |
    | 8 – 15  | Sine of each link's direction                              | −1  | 1   |
    | 16, 17  | The target's position from the base, x and y               | −1  | 1   |
    | 18, 19  | The way from the tip to the target, x and y                | −2  | 2   |

    `info` has `"distance"`, from the tip to the target.

    ## Rewards

    - How much nearer the tip came to the target in this step (negative where it went away).
    - −0.01 for every step.
    - +1 for touching the target, which is to bring the tip within 0.05 of it.

    ## Starting State

    Each joint is bent by an angle drawn uniformly from ±30°, and the target lies in the upper half of the arm's
    reach: at a distance from the base drawn uniformly from 0.35 to 0.9, in a direction drawn uniformly from 20°
    to 160°. Where the tip would touch the target at once, both are drawn again.

    ## Episode End

    1. Termination: the tip touches the target.
    2. Truncation: 50 steps have been made.

    ## Arguments

    ```python
    >>> import gymnasium
    >>> import pgviz.environments.own
    >>> environment = gymnasium.make("pgviz/FactoredReach-v0", joints=2, positions=5)

    ```

    | Parameter   | Type    | Default | Description                                            |
    |-------------|---------|---------|--------------------------------------------------------|
    | `joints`    | **int** | `8`     | Joints of the arm, from 2; its length stays the same   |
    | `positions` | **int** | `7`     | Turns that a joint can be given; odd, from 3           |

    ## Rendering

    `render_mode="rgb_array"` draws 600 × 400 pixels: the arm, the target and the way of the tip, and in the
    corner the factored action, a column of dots for each joint with the chosen turn filled in.

    ## Version History

    * v0: first version
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 15}  # noqa: RUF012  (as Gymnasium has it)

    def __init__(self, render_mode: str | None = None, joints: int = 8, positions: int = 7) -> None:
        if joints < 2:
            raise ValueError(f"with fewer than two joints most targets are out of reach; {joints} is too few")
        if positions < 3 or positions % 2 == 0:
            raise ValueError(f"positions must be odd and at least 3, so that one turn is none; {positions} is not")
        self.render_mode = render_mode
        self.joints = joints
        self._turns = np.linspace(-LARGEST_TURN, LARGEST_TURN, positions)
        self.action_space = spaces.MultiDiscrete([positions] * joints)
        # Float rounding may lift a cosine or a length above 1 by a hair; nothing reaches 2.
        self.observation_space = spaces.Box(-2.0, 2.0, (2 * joints + 4,), np.float32)
        self._bends = np.zeros(joints)
        # Cosines and sines of the links' directions, (2, joints); their mean is the tip.
        self._directions = np.zeros((2, joints))
        self._mean = np.full(joints, 1 / joints)
        self._target = np.zeros(2)
        self._place()
        self._begin()

    def _begin(self) -> None:
        self._trail = [self._tip]
        self._action: NDArray[np.int64] | None = None

    def _place(self) -> None:
        """Work out where links and tip are from how far each joint is bent."""
        angles = self._bends.cumsum() + math.pi / 2
        np.cos(angles, out=self._directions[0])
        np.sin(angles, out=self._directions[1])
        self._tip = self._directions @ self._mean
        self._way = self._target - self._tip
        self._distance = math.hypot(*self._way.tolist())

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin an episode; see the class."""
        super().reset(seed=seed, options=options)
        self._draw_start()
        while self._distance <= TOLERANCE:
            self._draw_start()
        self._begin()
        return self._observe(), self._info()

    def _draw_start(self) -> None:
        self._bends = self.np_random.uniform(-LARGEST_START, LARGEST_START, self.joints)
        radius = self.np_random.uniform(*TARGET_RADII)
        angle = self.np_random.uniform(*TARGET_ANGLES)
        self._target = radius * np.array([math.cos(angle), math.sin(angle)])
        self._place()

    def step(self, action: NDArray[np.int64]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Turn every joint; see the class."""
        chosen = self._checked(action)
        if self._distance <= TOLERANCE:
            raise gymnasium.error.ResetNeeded("the target has been reached; call reset to begin another episode.")
        before = self._distance
        self._bends = np.minimum(np.maximum(self._bends + self._turns[chosen], -LARGEST_BEND), LARGEST_BEND)
        self._place()
        self._action = chosen
        self._trail.append(self._tip)
        reached = self._distance <= TOLERANCE
        reward = before - self._distance - STEP_COST + (REACH_REWARD if reached else 0.0)
        return self._observe(), reward, reached, False, self._info()

    def _checked(self, action: NDArray[np.int64]) -> NDArray[np.int64]:
        # MultiDiscrete.contains says the same, but takes longer than the rest of the step.
        chosen = np.array(action)
        whole = chosen.dtype.kind in "iu" and chosen.shape == (self.joints,)
        if not (whole and chosen.min() >= 0 and chosen.max() < len(self._turns)):
            raise gymnasium.error.InvalidAction(
                f"an action has a whole number from 0 to {len(self._turns) - 1} for each of {self.joints} joints, "
                f"not {action!r}."
            )
        return chosen

    def render(self) -> NDArray[np.uint8] | None:
        """Draw the arm as it is now; see the class."""
        if self.render_mode is None:
            warn_that_nothing_is_drawn(self)
            return None
        return draw_arm(
            links=self._directions.T / self.joints,
            target=self._target,
            tolerance=TOLERANCE,
            trail=self._trail,
            action=self._action,
            positions=len(self._turns),
        )

    def _observe(self) -> NDArray[np.float32]:
        parts = (self._directions.reshape(-1), self._target, self._way)
        return np.concatenate(parts, dtype=np.float32)

    def _info(self) -> dict[str, Any]:
        return {"distance": self._distance}
