"""One explicit seed per episode, a pure function of (run seed, copy, episode of that copy)."""

from __future__ import annotations

import numpy as np

# Seeds are made this many at a time: a SeedSequence costs more than a short episode's reset.
_BLOCK = 64


class EpisodeSeeds:
    """The seeds of all episodes of all copies of an environment.

    No copy's seeds depend on how often another copy began an episode, so that a run is the same however long
    each episode takes, and any episode can be rebuilt by itself.

    Parameters
    ----------
    sequence
        The run's seed sequence for its environments; it is not advanced.
    """

    def __init__(self, sequence: np.random.SeedSequence) -> None:
        self._sequence = sequence
        self._blocks: dict[int, tuple[int, list[int]]] = {}

    def seed(self, copy: int, episode: int) -> int:
        """The seed of an episode.

        Parameters
        ----------
        copy
            Which copy of the environment, from 0.
        episode
            How many episodes this copy had begun before it.

        Returns
        -------
        int
            From 0 to 2³¹ − 1.
        """
        block, entry = divmod(episode, _BLOCK)
        cached = self._blocks.get(copy)
        if cached is None or cached[0] != block:
            cached = self._blocks[copy] = (block, self._make_block(copy, block))
        return cached[1][entry]

    def _make_block(self, copy: int, block: int) -> list[int]:
        key = (*self._sequence.spawn_key, copy, block)
        sequence = np.random.SeedSequence(self._sequence.entropy, spawn_key=key)
        return [int(word) >> 1 for word in sequence.generate_state(_BLOCK)]
