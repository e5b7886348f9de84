"""RESULTS.md: the stored results as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pgviz.hyperparameters import declaration
from tests.learning.measures import LESS_IS_BETTER
from tests.learning.results import Result
from tests.learning.rows import BINS, OWN, ROWS, ZOO, Row

SEEDS = 3
Found = Mapping[str, Sequence[Result]]

INTRODUCTION = """\
# What the learners learn

Written by `python -m tests.learning.table`; not to be edited. Each row trains the configuration that `pgviz
train ENVIRONMENT --algorithm NAME --steps N` runs, presets included, once per seed. Measured is, unless the row
says otherwise, the return of {episodes} episodes with the likeliest actions afterwards. *pgviz* is the mean
over the seeds ± the mean standard deviation over episodes; *worst* is the worst seed. *Zoo* is what the RL
Baselines3 Zoo publishes for the same environment, algorithm and steps: one trained agent, mean ± standard
deviation over episodes. A row has reached its goal where the mean over the seeds is at least the Zoo's mean
less the Zoo's standard deviation, or what is asked for.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that the lesson says, and the rows that show whether it is so."""

    text: str
    rows: tuple[str, ...]
    holds: Callable[..., bool]

    def verdict(self, found: Found) -> str:
        """The numbers and whether they bear the claim out."""
        if not all(found.get(name) for name in self.rows):
            return "waiting for its rows"
        values = [_mean(found[name]) for name in self.rows]
        numbers = ", ".join(f"{name} {_number(value)}" for name, value in zip(self.rows, values, strict=True))
        return f"{'yes' if self.holds(*values) else 'NO'} ({numbers})"


CLAIMS = (
    Claim(
        "Coarse bins destroy control quality: a pendulum held upright by 3 bins is pushed about more than by 11, "
        "and by any bins several times as much as by a policy that is continuous.",
        ("rest-03", "rest-11", "rest-51", "rest-sac"),
        lambda few, more, most, continuous: few > more and min(more, most) > 3.0 * continuous,
    ),
    Claim(
        "The return of Pendulum-v1 hardly shows it, for torque costs next to nothing there: no number of bins is "
        "15 worse than another.",
        ("bins-03", "bins-05", "bins-11", "bins-51"),
        lambda *values: max(values) - min(values) < 15.0,
    ),
    Claim(
        "No number of bins does clearly better than a policy that is continuous (SAC).",
        ("bins-03", "bins-05", "bins-11", "bins-51", "sac-pendulum"),
        lambda *values: max(values[:-1]) < values[-1] + 15.0,
    ),
    Claim(
        "A mixed policy can be exploited less than argmax-Q.",
        ("game-softmax", "game-argmax"),
        lambda softmax, argmax: softmax < 0.5 * argmax,
    ),
    Claim(
        "Where moves are illegal, the mask helps.",
        ("grid-masked", "grid-unmasked"),
        lambda masked, unmasked: masked > unmasked,
    ),
)


def verdict(row: Row, results: Sequence[Result]) -> str:
    """Whether a row has reached its goal, or what it waits for."""
    if row.waits_for:
        return f"waiting: {row.waits_for}"
    if len(results) < SEEDS:
        return f"{len(results)} of {SEEDS} seeds"
    if row.goal is None:
        return ""
    return "reached" if row.goal.reached(_mean(results)) else "**missed**"


def report(found: Found, episodes: int) -> str:
    """The whole of RESULTS.md."""
    parts = [
        INTRODUCTION.format(episodes=episodes),
        _section("Beside the RL Zoo", ZOO, found),
        _section("Control quality against bins: DQN over bins beside SAC and PPO, at the same steps", BINS, found),
        _section("pgviz's own environments", OWN, found),
        _claims(found),
        _speed(found),
        _provenance(found),
    ]
    return "\n".join(parts)


def _section(title: str, rows: Sequence[Row], found: Found) -> str:
    header = ("row", "algorithm", "environment", "steps", "Zoo", "goal", "seeds", "pgviz", "worst", "verdict")
    return f"## {title}\n\n" + _table(header, [_line(row, found.get(row.name, ())) for row in rows])


def _line(row: Row, results: Sequence[Result]) -> tuple[str, ...]:
    title = declaration(row.algorithm).title if not row.waits_for else row.algorithm
    settings = "".join(f", {name}={value}" for name, value in row.settings.items())
    measured = "" if row.measure == "return" else f": {row.measure}"
    about = (row.name, title + settings, row.environment + measured, f"{row.steps:,}", _published(row), _goal(row))
    ours = ("", "")
    if results:
        ours = (_with_spread(_mean(results), _spread(results)), _number(_worst(row, results)))
    return (*about, str(len(results)), *ours, verdict(row, results))


def _published(row: Row) -> str:
    if row.zoo is None:
        return ""
    of = f" ({row.zoo.of})" if row.zoo.of else ""
    return _with_spread(row.zoo.mean, row.zoo.std) + of


def _goal(row: Row) -> str:
    goal = row.goal
    if goal is None:
        return ""
    bound = f"≥ {_number(goal.low)}" if goal.low > float("-inf") else f"≤ {_number(goal.high)}"
    return bound if row.zoo else f"{bound} ({goal.why})"


def _claims(found: Found) -> str:
    lines = [f"- {claim.text} {claim.verdict(found)}" for claim in CLAIMS]
    return "## The lesson's claims\n\n" + "\n".join(lines) + "\n"


def _speed(found: Found) -> str:
    """Each run's time, and when its mean return in training first met the goal."""
    lines = []
    for row in ROWS:
        for result in found.get(row.name, ()):
            at = _reached_after(row, result)
            after = f"{at[0]:,} steps, {at[1]:.0f} s" if at else ""
            value = _with_spread(result.measured.value, result.measured.std)
            digest = f"`{result.weights_sha256[:12]}`"
            lines.append(
                (row.name, str(result.seed), value, f"{result.seconds:,.0f}", after, digest, result.commit)
            )
    header = ("row", "seed", "result", "seconds of training", "goal first met in training", "weights", "commit")
    return "## Every run\n\n" + _table(header, lines)


def _reached_after(row: Row, result: Result) -> tuple[int, float] | None:
    """Steps and seconds after which the mean return of the episodes in training first met the row's goal."""
    if row.goal is None or row.measure != "return":
        return None
    points = (
        (step, seconds) for step, mean, seconds in result.curve if mean is not None and row.goal.reached(mean)
    )
    return next(points, None)


def _provenance(found: Found) -> str:
    machines = sorted({str(result.machine) for results in found.values() for result in results})
    return "## Machine\n\n" + "".join(f"- {machine}\n" for machine in machines)


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def _mean(results: Sequence[Result]) -> float:
    return fmean(result.measured.value for result in results)


def _spread(results: Sequence[Result]) -> float | None:
    stds = [result.measured.std for result in results if result.measured.std is not None]
    return fmean(stds) if stds else None


def _worst(row: Row, results: Sequence[Result]) -> float:
    """The seed that is farthest from what is wanted: the lowest, unless less is better."""
    values = [result.measured.value for result in results]
    less_is_better = row.measure in LESS_IS_BETTER if row.goal is None else row.goal.high < float("inf")
    return max(values) if less_is_better else min(values)


def _with_spread(value: float, spread: float | None) -> str:
    return _number(value) if spread is None else f"{_number(value)} ± {_number(spread)}"


def _number(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 10.0 else f"{value:.3f}"
