"""The values of a parameter at which a fixed point attracts: where its exponent is negative."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from ...answer.answer import Answer
from ...chain.batch import TooManyAtoms, updates_per_epoch
from ...chain.batch_slope import batch_slope
from ...chain.chain import Chain, Point
from ...chain.frozen import held_at, without_idle_momentum
from ...chain.linearisation import multiplier
from ...effort import Effort
from ...errors import Inconclusive, InvalidInput
from ...expressions import exact
from ...numerics.parameter_range import parameter_domain
from ..verb import verb
from .answers import answer_of, symbolic_window
from .scalar import Domain, LogMeanInParameter, moment_window, number_window, standard
from .several import matrix_order_window, windows_of_blocks

FIELDS = {"at": "point", "parameter": "symbol", "within": "interval", "order": "expression"}
FURTHER = ("intervals", "superstable", "undecided", "polynomials", "cases")


@verb
def window(
    chain: Chain, at: object = None, parameter: sp.Symbol | None = None, within: Any = None, order: object = None, *, effort: Effort
) -> Answer:
    """The open set of values of `parameter` at which the exponent at the point `at` is negative.

    Finite laws with rational data: exact algebraic ends, in any number of intervals; one further free symbol: the
    case distinction, under `cases`. Other laws: certified ends, every sign proved on the whole interval; the
    parameter may be a location or a scale of a law. On a half-lattice superstable values accumulate at 0.
    With `order` p the moment exponent log E|M|^p takes the place of E log|M|.

    `within`: [low, high] cuts the parameter's range (default: its assumption). `superstable` lists the values with
    exponent -oo, which split no interval; `undecided` the parts whose sign is not proved.
    In several dimensions all exponents have to be negative: the window is the intersection of those of the diagonal
    blocks of the linearisation, and a superstable value is one at which all exponents are -oo; `order` is even there.
    Hypotheses: the map fixes the point almost surely for every value of the parameter.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> lr = sp.symbols("lr", positive=True)
    >>> chain = SGD(x * w**2 / 2, [w], lr, data={x: TwoPoint("4/5", "-6/5")})
    >>> [[str(end) for end in span] for span in window(chain, at=0, parameter=lr).intervals]
    [['5/12', '5/3']]
    """
    if parameter is None:
        raise InvalidInput("parameter", "nothing", "the symbol whose window is asked for, such as lr")
    if at is None:
        raise InvalidInput("at", "nothing", "a point that the map fixes")
    chain, point = without_idle_momentum(*held_at(chain, at))
    domain = parameter_domain(parameter, within)
    if order is not None and updates_per_epoch(chain.draw) > 1:
        raise Inconclusive(f"windows of moment exponents are not known under {chain.draw.scheme} sampling: its steps are dependent")
    if chain.dimension > 1 and order is not None:
        return matrix_order_window(chain, point, parameter, exact(order, "order"), domain, effort)
    if chain.dimension > 1:
        return windows_of_blocks(chain, point, parameter, domain, effort)
    try:
        components = multiplier(chain, point)
    except TooManyAtoms:
        main = None if order is not None else main_window(chain, point, parameter, domain, effort)
        if main is None:
            raise
        return main
    mean = None if order is not None else LogMeanInParameter.of(components, parameter, domain)
    if mean is None:
        components = standard(components, parameter, domain)
        return answer_of(moment_window(components, parameter, exact(order, "order"), domain, effort), effort)
    if mean.others:
        return symbolic_window([mean.symbolic_quotient], parameter, mean.others, domain, effort)
    return answer_of(number_window(mean, domain, effort), effort)


def main_window(chain: Chain, point: Point, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Answer | None:
    """The main window where a batch has too many outcomes to list; None where the multiplier is not 1 - lr * mean."""
    from ...engines.binned_window import binned_window  # late: numpy is slow to import

    slope = batch_slope(chain, point)
    found = None if slope is None else binned_window(slope, parameter, domain, effort)
    if found is None:
        return None
    answer = answer_of(found, effort)
    beyond = "only the main window is answered: elsewhere the sign is not examined; superstable values are not listed"
    return replace(answer, message=beyond) if found.undecided else answer


