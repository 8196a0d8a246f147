"""The moment exponent at a fixed point: the growth rate of E|w_n|^p for the linearised chain."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import refine
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.frozen import held_at, without_idle_momentum
from ..chain.linearisation import linear_chain, multiplier
from ..chain.linearised import linearised
from ..chain.mixture import Component
from ..effort import Effort
from ..engines.affine import affine_chain
from ..engines.finite_law import independent_steps
from ..engines.power_mean import expected_power, power_ball
from ..errors import Inconclusive, InvalidInput
from ..expressions import exact
from ..products.epoch import epoch_law
from ..products.matrix_law import MatrixLaw
from ..products.reduction import irreducible_blocks
from .verb import verb

FIELDS = {"at": "point", "order": "expression"}


@verb
def moment_exponent(chain: Chain, at: object = None, order: object = None, *, effort: Effort) -> Answer:
    """lim 1/n log E|w_n|^order of the chain linearised at a fixed point; per step. In one dimension log E|M|^order.

    Negative: the moment of that order of the linearised chain tends to 0. Convex in `order`, 0 at 0, with the
    Lyapunov exponent as its slope there. Under reshuffling and cyclic order 1/k log E|M|^order of an epoch of k updates.
    order > 0, below the moments that M has. In several dimensions lim 1/n log E||M_n ... M_1||^order: the logarithm of
    the spectral radius of E Sym^order(M) for even orders (and whole ones where no entry of M is negative), exact; of
    other orders bounds by convexity, for finitely many 2 x 2 matrices to 4 or 5 digits on cells of directions.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2, [w], "4/5", data={x: TwoPoint("4/5", "-6/5")})
    >>> moment_exponent(chain, at=0, order=2).exact
    log(1241/625)
    """
    if at is None:
        raise InvalidInput("at", "nothing", "a point that the map fixes")
    chain, point = without_idle_momentum(*held_at(chain, at))
    if order is None:
        raise InvalidInput("order", "nothing", "a positive order")
    power = exact(order, "order")
    if power.is_positive is not True:
        raise InvalidInput("order", power, "a positive number")
    if chain.dimension > 1:
        return of_matrices(chain, point, power, effort)
    components, updates = independent_multipliers(chain, point, effort)
    mean = expected_power(components, power, effort)
    value = None if mean.exact is None else log_of_mean(mean.exact, components) / updates
    enclosure = None
    if mean.enclosure is not None:
        known = {0: Enclosure.point(0), -sp.oo: Enclosure.point(-inf)}.get(value)
        enclosure = known or refine(
            lambda: power_ball(components, power).log() / updates, effort, f"log E|M|^{power}"
        )
    return Answer(
        question="moment-exponent",
        exact=value,
        enclosure=enclosure,
        warrant=mean.warrant,
        method="log E|M|^p" + ("" if value is not None else ", certified integral"),
        hypotheses=(Hypothesis("the map fixes the point almost surely"), Hypothesis(f"E|M|^{power} < oo")),
        cite=("kesten1973",),
        digits=effort.digits,
    )


def of_matrices(chain: Chain, point: Point, power: sp.Expr, effort: Effort) -> Answer:
    """lim 1/n log E||M_n ... M_1||^p."""
    from ..engines.affine_several.moment_rate import moment_rate  # late: numpy is slow to import

    try:
        found = moment_rate(chain, linearised(chain, point), point, power, effort)
    except Inconclusive as refusal:
        found = on_cells(chain, point, power, refusal, effort)
    fixed = Hypothesis("the map fixes the point almost surely")
    finite = Hypothesis(f"E||M||^{power} < oo")
    return replace(found, hypotheses=(fixed, finite, *found.hypotheses), cite=("kesten1973", *found.cite)).answer(
        "moment-exponent", effort.digits
    )


def on_cells(chain: Chain, point: Point, power: sp.Expr, refusal: Inconclusive, effort: Effort) -> Finding:
    """The bounds that the refusal carries, narrowed for finitely many matrices with irreducible blocks up to 2 x 2."""
    updates = updates_per_epoch(chain.draw)
    law = MatrixLaw.at(chain, point) if updates == 1 else epoch_law(chain, point, effort)
    blocks = irreducible_blocks(law)
    if refusal.enclosure is None or law.atoms is None or not power.is_Rational or any(b.size > 2 for b in blocks):
        raise refusal
    rates = [rate_of_block(block, power, effort) for block in blocks]
    whole = Enclosure(max(rate.lower for rate in rates), max(rate.upper for rate in rates))
    refusal.enclosure = refusal.enclosure.intersection(Enclosure(whole.lower / updates, whole.upper / updates))
    if not refusal.enclosure.reaches(effort.digits):
        raise refusal
    return Finding(Warrant.CERTIFIED, "E ||M u||^p h(M u)/h(u) bounded on cells of directions", None, refusal.enclosure)


def rate_of_block(block: MatrixLaw, power: sp.Expr, effort: Effort) -> Enclosure:
    """Of a number log E|M|^p, of 2 x 2 matrices on cells."""
    from ..engines.direction_cells.moment_cells import narrowed  # late: numpy is slow to import

    if block.size == 1:
        mean = expected_power(block.components, power, effort)
        if mean.exact == 0:
            return Enclosure.point(-inf)
        return refine(lambda: power_ball(block.components, power).log(), effort.with_digits(8), "log E|M|^p")
    assert block.atoms is not None
    return narrowed(block.atoms, Fraction(int(power.p), int(power.q)), Enclosure.everything(), effort)


def log_of_mean(mean: sp.Expr, components: tuple[Component, ...]) -> sp.Expr:
    """log E|M|^p, -oo for M = 0: a case distinction where free probabilities may leave only an atom that makes M = 0."""
    if mean == 0:
        return -sp.oo
    value = sp.log(sp.simplify(mean) if mean.is_algebraic else mean)
    if mean.is_positive or not any(c.probability.free_symbols and c.values[0] == 0 for c in components):
        return value
    return sp.Piecewise((value, mean > 0), (-sp.oo, True))


def independent_multipliers(chain: Chain, point: Point, effort: Effort) -> tuple[tuple[Component, ...], int]:
    """The law of the multiplier of one step, or under reshuffling and cyclic order of an epoch, and the updates in it."""
    if updates_per_epoch(chain.draw) == 1:
        return multiplier(chain, point), 1
    epoch, updates = independent_steps(linear_chain(chain, point), effort)
    return affine_chain(epoch).multipliers(), updates
