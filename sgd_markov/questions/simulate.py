"""Monte Carlo of the chain: the mean and the quantiles of an observable after a number of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.poles import Poles
from ..effort import Effort
from ..engines.monte_carlo import statistics
from ..engines.monte_carlo.run import Run
from ..engines.monte_carlo.run import simulate as run_chains
from ..errors import InvalidInput
from ..expressions import exact
from .verb import verb

FIELDS = {"start": "point", "steps": "integer", "chains": "integer", "seed": "integer", "of": "expression"}
FURTHER = ("standard_error", "quantiles", "zeros", "overflows", "chains", "steps", "seed")

LEVELS = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
SIGNS = {"positive": "is_positive", "negative": "is_negative", "nonnegative": "is_nonnegative", "integer": "is_integer"}
ERROR_DIGITS = 4
"""A standard error is itself a sample value: more digits would say nothing."""


def simulate(
    chain: Chain,
    start: object,
    steps: object,
    chains: object = 10_000,
    seed: object = None,
    of: object = None,
    *,
    digits: int = 15,
    method: str | None = None,
    budget: float | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
    effort: Effort | None = None,
) -> Answer:
    """The mean of `of` after `steps` steps over `chains` independent copies of the chain from `start`.

    The value is the sample mean, `lower` and `upper` its 99.9 % confidence interval (Student's t), `quantiles` the
    sample quantiles between order statistics at the same confidence. `zeros` counts chains that end at exactly 0,
    `overflows` those that left the range of doubles: then the mean is inconclusive, and the quantiles allow for them.
    In several dimensions without `of`, `means`, `standard_error` and `quantiles` are tables over the state symbols.

    `of`: an expression in the state symbols (default: the state). `seed`: an int, a SeedSequence or a Generator
    (default: the effort's, else 0); equal seeds give equal numbers whatever the executor, and the first chains of a
    larger run are the chains of a smaller one.
    `digits` bounds what is printed of the value: sampling reaches few, and is not refused for it.
    Hypotheses: the observable has a finite variance; a chain whose moments grow while its paths converge breaks it
    in practice, and the message says so where the sample shows it.
    Errors: `HypothesisViolated` where the step from the start divides by 0 with positive probability;
    `InvalidInput` for free symbols, a missing start, counts out of place; `Inconclusive` at the deadline.

    >>> w, x = sp.symbols("w x", real=True)
    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> answer = simulate(RandomMap({w: w + x}, {x: Rademacher()}), start=0, steps=100, chains=1000, of=w**2, seed=1)
    >>> Fraction(100) in answer.enclosure, answer.warrant.label
    (True, 'sampled')
    """
    if effort is not None and seed is not None:
        effort = replace(effort, seed=seed)
    options = {"digits": digits, "method": method, "budget": budget, "executor": executor, "progress": progress}
    return sampled(chain, start, steps, chains, of, seed=0 if seed is None else seed, effort=effort, **options)


@verb
def sampled(chain: Chain, start: object, steps: object, chains: object, of: object, *, effort: Effort) -> Answer:
    """The answer, with the effort made up."""
    point = start_point(chain, start)
    observables = wanted(chain, of)
    counts = count(steps, "steps", 0), count(chains, "chains", 2)
    if counts[0]:
        Poles(chain).require_none_at(point)
    run = run_chains(chain, point, *counts, effort, tuple(observables.values()))
    summaries = {name: Summary.of(values, run) for name, values in zip(observables, run.observed, strict=True)}
    lost = any(summary.lost for summary in summaries.values())
    only = next(iter(summaries.values())) if len(summaries) == 1 else None
    return Answer(
        question="simulate",
        status="inconclusive" if lost else "answered",
        enclosure=None if only is None or only.mean is None else only.mean.enclosure,
        warrant=Warrant.SAMPLED,
        method="Monte Carlo: one xoshiro256+ stream for each chain, Student's t interval",
        hypotheses=(Hypothesis("the observable has a finite variance", "undecided" if lost else "assumed"),),
        cite=("blackman2021",),
        digits=effort.digits,
        message=message(summaries, run, chain),
        extra={
            **({"means": {name: s.mean_number for name, s in summaries.items()}} if only is None else {}),
            "standard_error": table(summaries, "error_number"),
            "quantiles": table(summaries, "quantiles"),
            "zeros": run.zeros,
            "overflows": run.overflows,
            "chains": run.chains,
            "steps": run.steps,
            "seed": int(effort.seed) if isinstance(effort.seed, int | np.integer) else type(effort.seed).__name__,
        },
    )


class Summary:
    """Mean and quantiles of one observable; `lost` of its values are not finite numbers."""

    def __init__(self, values: NDArray[np.float64], lost: int) -> None:
        self.lost = lost
        self.mean = statistics.mean(values) if lost == 0 else None
        ordered = np.sort(values)
        self.constant = bool(len(ordered)) and ordered[0] == ordered[-1]
        self.quantiles = {level: quantile_number(ordered, float(level), lost) for level in LEVELS}

    @classmethod
    def of(cls, values: NDArray[np.float64], run: Run) -> Summary:
        usable = np.isfinite(values) & ~run.left_range
        return cls(values[usable], int((~usable).sum()))

    @property
    def mean_number(self) -> Number:
        return Number(None, None if self.mean is None else self.mean.enclosure)

    @property
    def error_number(self) -> Number:
        if self.mean is None:
            return Number(None, None)
        return Number(None, Enclosure.point(Fraction(self.mean.standard_error)), ERROR_DIGITS)


def quantile_number(ordered: NDArray[np.float64], level: float, lost: int) -> Number:
    if not len(ordered):
        return Number(None, Enclosure.everything())
    return Number(None, statistics.quantile(ordered, level, lost=lost).enclosure)


def table(summaries: Mapping[str, Summary], name: str) -> Any:
    """The one entry, or a table over the state symbols."""
    entries = {key: getattr(summary, name) for key, summary in summaries.items()}
    return entries if len(entries) > 1 else next(iter(entries.values()))


def message(summaries: Mapping[str, Summary], run: Run, chain: Chain) -> str | None:
    """The one line that keeps a reader from trusting a mean that the sample does not support."""
    for name, summary in summaries.items():
        if run.overflows:
            return f"{run.overflows} of {run.chains} chains left the range of doubles: the mean of {name} is not known"
        if summary.lost:
            return f"{name} is no finite number at the end of {summary.lost} of {run.chains} chains"
        assert summary.mean is not None
        if summary.mean.largest_share > dominant(run.chains) and not summary.constant:
            share = f"one chain carries {round(100 * summary.mean.largest_share)} % of the mean of {name}"
            return f"{share}: moments may grow while paths converge; read the quantiles"
        if summary.mean.standard_error > abs(summary.mean.value):
            return f"the standard error exceeds the mean of {name}: not even its sign is known; read the quantiles"
        if summary.constant and run.steps and (chain.draw.data or chain.draw.noise):
            return (
                f"{name} is the same in all chains: the interval does not speak of events rarer than 1 in {run.chains}"
            )
    return None


def dominant(chains: int) -> float:
    """The share of one chain from which a mean is not trusted: 1/2 for few chains, 1/10 from a thousand on."""
    return max(0.1, min(0.5, 100 / chains))


def wanted(chain: Chain, of: object) -> dict[str, sp.Expr]:
    """The observables by name: `of`, or every state symbol."""
    if of is None:
        return {str(symbol): symbol for symbol in chain.state}
    expression = exact(of, "of", {str(symbol): symbol for symbol in chain.state})
    unknown = expression.free_symbols - set(chain.state)
    if unknown:
        raise InvalidInput(
            "of", ", ".join(sorted(map(str, unknown))), "state symbols: " + ", ".join(map(str, chain.state))
        )
    return {str(expression): expression}


def start_point(chain: Chain, start: object) -> dict[sp.Symbol, sp.Expr]:
    """The start as numbers, inside the state space."""
    point = chain.point(start, "start")
    for symbol, value in point.items():
        if value.free_symbols:
            raise InvalidInput(f"start.{symbol}", value, "a number: a simulation has no free symbols")
        assumption = chain.domain.get(symbol, "real")
        if value.is_real is False or getattr(value, SIGNS.get(assumption, "is_real")) is False:
            raise InvalidInput(f"start.{symbol}", value, f"a {assumption} number, as {symbol} is declared")
    return point


def count(value: object, field: str, low: int) -> int:
    """An integer of at least `low`, given as any kind of integer."""
    number = exact(value, field)
    if not number.is_Integer or number < low:
        raise InvalidInput(field, value, f"an integer of at least {low}")
    return int(number)
