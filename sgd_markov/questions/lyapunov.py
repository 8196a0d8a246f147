"""The Lyapunov exponent of the chain at a point that its map fixes."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.linearisation import multiplier
from ..chain.mixture import Component
from ..effort import Effort
from ..engines.log_potential import LogMean, expected_log
from ..errors import Inconclusive, InvalidInput
from .verb import verb

FIELDS = {"at": "point", "along": "text", "spectrum": "flag"}


@verb
def lyapunov(chain: Chain, at: object = None, along: str | None = None, spectrum: bool = False, *, effort: Effort) -> Answer:
    """The top Lyapunov exponent per step of the chain linearised at a fixed point: lim 1/n log|w_n|.

    In one dimension E log|M|, M = d update/d w at the point; negative: nearby starts converge to the point with
    probability close to 1 (theorem A1-loc); positive: they do not. -oo where an atom of the data law makes M = 0.
    Under reshuffling and cyclic sampling the exponent counts updates, not epochs.
    In several dimensions the linearisation must be triangular, up to the order of the state variables.

    `at`: the point, a table over the state symbols, or a number in one dimension.
    `spectrum`: list all exponents under `exponents`.
    Hypotheses: the map fixes the point almost surely and is differentiable there; E log^+|M| < oo.
    Errors: `HypothesisViolated` where they fail, `Inconclusive` where no route reaches `digits`.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2, [w], "4/5", data={x: TwoPoint("4/5", "-6/5")})
    >>> lyapunov(chain, at=0).value
    '-0.17435338714477775'
    """
    if along is not None:
        raise Inconclusive("the exponent along the stationary orbit is not available in this version; give `at`")
    if at is None:
        raise InvalidInput("at", "nothing", "a point that the map fixes")
    point = chain.point(at)
    means = [expected_log(diagonal, effort) for diagonal in diagonal_entries(multiplier(chain, point), chain.dimension)]
    ordered = sorted_exponents(means)
    top = ordered[0]
    return Answer(
        question="lyapunov",
        exact=top.exact,
        enclosure=top.enclosure,
        warrant=min(mean.warrant for mean in means),
        method=top.method,
        hypotheses=(Hypothesis("the map fixes the point almost surely"), Hypothesis("E log^+|M| < oo")),
        cite=("ziyin2022",) if chain.dimension == 1 else ("ziyin2022", "furstenberg1960"),
        digits=effort.digits,
        extra={
            "exponents": [Number(m.exact, m.enclosure, effort.digits) for m in (ordered if spectrum else ordered[:1])],
            "attracts": attracts(top.enclosure),
        },
    )


def attracts(exponent: Enclosure | None) -> bool | None:
    """True where the exponent is proved negative, False where it is proved 0 or positive."""
    sign = None if exponent is None else exponent.sign
    return None if sign is None else sign < 0


def diagonal_entries(components: tuple[Component, ...], dimension: int) -> list[tuple[Component, ...]]:
    """The diagonal of a random matrix that is triangular in some order of the coordinates, entry by entry."""
    require_triangular(components, dimension)
    return [
        tuple(Component(c.probability, (c.values[i * dimension + i],), c.laws) for c in components) for i in range(dimension)
    ]


def require_triangular(components: tuple[Component, ...], dimension: int) -> None:
    """The exponents are the diagonal ones exactly when the coupling between coordinates has no cycle."""
    coupled = {
        (i, j) for i in range(dimension) for j in range(dimension) if i != j
        for c in components if c.values[i * dimension + j] != 0
    }
    remaining = set(range(dimension))
    while remaining:
        free = {i for i in remaining if not any((i, j) in coupled for j in remaining)}
        if not free:
            raise Inconclusive("the linearisation is not triangular: exponents of matrix products come with a later version")
        remaining -= free


def sorted_exponents(means: list[LogMean]) -> list[LogMean]:
    """Largest first; undecided order is an open question of the enclosures, symbols leave the order as it stands."""
    if len(means) == 1 or any(mean.enclosure is None for mean in means):
        if len(means) > 1:
            return [symbolic_top(means), *means]
        return means
    return sorted(means, key=lambda mean: (mean.enclosure.upper, mean.enclosure.lower), reverse=True)  # type: ignore[union-attr]


def symbolic_top(means: list[LogMean]) -> LogMean:
    exact = [mean.exact for mean in means]
    top = None if any(e is None for e in exact) else sp.Max(*exact)
    return LogMean(top, None, Warrant.EXACT, "closed form")
