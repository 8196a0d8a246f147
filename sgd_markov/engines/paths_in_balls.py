"""P(w_n in a box) for finite randomness whose states have no short exact spelling: every path in ball arithmetic.

Roots of roots double in length with every step; balls do not. The probabilities of the paths stay exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import Inconclusive

State = tuple[sp.Expr, ...]
Ends = Sequence[tuple[sp.Expr, sp.Expr]]
"""(low, high) for each coordinate."""

PATH_LIMIT = 1 << 16
DOUBLINGS = 3


def probability_on_paths(chain: Chain, states: Mapping[State, sp.Expr], steps: int, ends: Ends, effort: Effort) -> sp.Expr:
    """P(low <= w_n <= high in each coordinate), `steps` steps after `states` (state -> its probability), exact.

    A path is counted where every comparison is decided; states on an end of the box never are.
    Errors: `Inconclusive` with the enclosure that the decided paths leave; past 2^16 paths.
    """
    components = chain.components
    if len(states) * len(components) ** steps > PATH_LIMIT:
        raise Inconclusive(f"the law has up to {len(states)} times {len(components)}^{steps} paths; at most {PATH_LIMIT} are followed")
    bits = 4 * bits_for(effort.digits)
    for _ in range(DOUBLINGS):
        with precision(bits):
            within, open_mass = counted(walked(chain, states, steps, effort), ends)
            if open_mass == 0:
                return within
            known = between(within, open_mass)
        bits *= 2
    raise Inconclusive(f"whether some states lie on an end of the set is not decided with {bits // 2} bits", known)


def walked(
    chain: Chain, states: Mapping[State, sp.Expr], steps: int, effort: Effort
) -> list[tuple[tuple[arb, ...], sp.Expr]]:
    """The end of every path with its probability."""
    paths = [(tuple(map(evaluate, state)), weight) for state, weight in states.items()]
    for _ in range(steps):
        longer = []
        for count, (place, weight) in enumerate(paths):
            if count % 64 == 0:
                effort.check()
            at = dict(zip(chain.state, place, strict=True))
            for part in chain.components:
                longer.append((tuple(evaluate(value, at) for value in part.values), weight * part.probability))
        paths = longer
    return paths


def counted(paths: list[tuple[tuple[arb, ...], sp.Expr]], ends: Ends) -> tuple[sp.Expr, sp.Expr]:
    """The probability of being inside for certain, and that of the undecided paths."""
    limits = [(limit(low), limit(high)) for low, high in ends]
    masses: dict[bool | None, list[sp.Expr]] = {True: [], False: [], None: []}
    for place, weight in paths:
        masses[is_inside(place, limits)].append(weight)
    return sp.Add(*masses[True]), sp.Add(*masses[None])


def limit(end: sp.Expr) -> arb:
    if end.is_infinite:
        return arb.pos_inf() if end > 0 else arb.neg_inf()
    return evaluate(end)


def is_inside(place: Sequence[arb], limits: Sequence[tuple[arb, arb]]) -> bool | None:
    """True or False where it is proved for the whole ball; a ball without a number (nan) is never decided."""
    decided = True
    for value, (low, high) in zip(place, limits, strict=True):
        if value < low or value > high:
            return False
        decided = decided and bool(value.is_finite() and value >= low and value <= high)
    return True if decided else None


def between(within: sp.Expr, open_mass: sp.Expr) -> Enclosure:
    lowest, highest = enclosure(evaluate(within)), enclosure(evaluate(within + open_mass))
    return Enclosure(max(lowest.lower, 0), min(highest.upper, 1))
