"""Chains that stay on finitely many states: the exact stationary law of the closed class that is reached.

Atoms of data and noise with stochastic or nearest rounding, projection, clipping, sign steps: wherever one step has
finitely many outcomes and the states that can follow one another are finitely many.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf

import sympy as sp
from flint import fmpq

from ..answer.answer import Hypothesis
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..numerics.closed_classes import closed_classes
from ..numerics.rational_bounds import bounds
from ..numerics.rounding_grid import fraction, outer_floor, rounding_grid
from ..numerics.state_reduction import stationary_vector
from ..proof import Argued, Cited, Step, StepFailed
from ..proof.balance import Balance, BallBalance
from .atomic_steps import AtomicSteps, State
from .finite_states import FiniteStates, at_most
from .stationary_law import Place, StationaryLaw

KINKS = (sp.floor, sp.sign, sp.Heaviside, sp.Piecewise, sp.Min, sp.Max, sp.Abs)
STATE_LIMIT, GENERAL_LIMIT, SMOOTH_LIMIT, CYCLE_LIMIT = 5000, 150, 256, 24
"""How many states are tried of maps with kinks, of those of them where each state costs a kernel, of smooth maps, and
of maps whose orbits are only looked at for short cycles."""
BITS_LIMIT = 2000
"""A state with longer numbers belongs to an orbit that does not close."""
NESTED = 3
"""A state with functions nested deeper belongs to an orbit that does not close."""
NAMED = 6
"""So many states of a class are listed in a message."""


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The law on the one closed class of states that is reached from `start`, from everywhere, or inside `within`.

    Proof: pi P = pi, exactly (in balls where probabilities are neither rational nor symbolic).
    Several such classes: `HypothesisViolated`, which names them. A chain that rounds without bounds needs `start`.
    """
    if not may_be_finite(chain):
        return None
    steps = AtomicSteps(chain, effort)
    grid = rounding_grid(chain)
    if grid is None and place.start is None:
        if rounds(chain) and steps.images((sp.Integer(0),)) is not None:
            raise InvalidInput(
                "start", "nothing", "a starting point: the chain stays on the lattice that it is rounded to"
            )
        return None
    if grid is not None and steps.images(grid[0]) is None:
        return None
    first = [] if place.start is None else [tuple(sp.sympify(place.start[s]) for s in chain.state)]
    states, rows = explored(steps, [*first, *(grid or [])], effort)
    chosen = chosen_classes(states, rows, place, first)
    if len(chosen) != 1:
        names = "; ".join(named(states, c) for c in chosen) or "none"
        raise HypothesisViolated(
            "one stationary law is meant", f"closed classes of states: {names}; give start or within"
        )
    everything = closed_classes([list(row) for row in rows])
    unique = len(everything) == 1 if grid is not None else None
    return law_on(chain, states, rows, chosen[0], unique if len(everything) == 1 else False, effort)


def may_be_finite(chain: Chain) -> bool:
    """Quick: is the map no injective affine map of modulus other than 1, whose orbits are infinite?"""
    if kinked(chain) or not smooth_affine(chain):
        return True
    return chain.dimension == 1 and sp.diff(chain.one_sample_map[0], chain.state[0]) in (0, -1)


def kinked(chain: Chain) -> bool:
    """Does the state stand inside a floor, a sign, a case distinction, a minimum?"""
    nodes = set().union(*(expr.atoms(*KINKS) for expr in chain.one_sample_map))
    return any(node.free_symbols & {*chain.state} for node in nodes)


def smooth_affine(chain: Chain) -> bool:
    """Is every coordinate a polynomial of degree at most 1 in the state?"""
    return all(
        expr.is_polynomial(*chain.state) and sp.Poly(expr, *chain.state).total_degree() <= 1
        for expr in chain.one_sample_map
    )


def rounds(chain: Chain) -> bool:
    """Is every next state on a fixed lattice c Z + d, because the map ends with floor?"""
    return chain.dimension == 1 and outer_floor(chain.update[0], chain) is not None


# ---- the states that follow one another


def explored(
    steps: AtomicSteps, starts: Sequence[State], effort: Effort
) -> tuple[list[State], list[dict[int, sp.Expr]]]:
    """Every state that can be reached, and the law of the step from each; raises `Inconclusive` past the limits."""
    limit = max(state_limit(steps), len(starts))
    index: dict[State, int] = {}
    for state in starts:
        index.setdefault(state, len(index))
    states = list(index)
    rows: list[dict[int, sp.Expr]] = []
    while len(rows) < len(states):
        effort.check()
        images = steps.images(states[len(rows)])
        if images is None:
            raise Inconclusive("the next state has a density")
        for image in images:
            if image not in index:
                refuse_growth(image, len(states), limit)
                index[image] = len(states)
                states.append(image)
        rows.append({index[image]: p for image, p in images.items()})
    return states, rows


def state_limit(steps: AtomicSteps) -> int:
    """So many states are tried: fewer where each costs a kernel, and where nothing bounds the state."""
    if not kinked(steps.chain):
        return SMOOTH_LIMIT if steps.rules is not None else CYCLE_LIMIT
    if steps.rules is not None:
        return STATE_LIMIT
    bounded = all(-inf < low and high < inf for low, high in (bounds(expr, {}) for expr in steps.chain.update))
    return GENERAL_LIMIT if bounded else CYCLE_LIMIT


def refuse_growth(state: State, count: int, limit: int) -> None:
    if count >= limit:
        raise Inconclusive(f"more than {limit} states are reached")
    for value in state:
        if nesting(value) > NESTED:
            raise Inconclusive("the states become longer without end")
        if value.has(sp.oo, sp.zoo, sp.nan) or value.is_real is False:
            raise Inconclusive("the chain leaves the real numbers")
        size = value.p.bit_length() + value.q.bit_length() if value.is_Rational else 32 * int(sp.count_ops(value))
        if size > BITS_LIMIT:
            raise Inconclusive("the states become longer without end")


def nesting(value: sp.Expr) -> int:
    """How deep functions stand inside one another: sympy's assumptions take a time exponential in it."""
    inner = max((nesting(part) for part in value.args), default=0)
    return inner + isinstance(value, sp.Function | sp.exp)


def chosen_classes(
    states: list[State], rows: list[dict[int, sp.Expr]], place: Place, first: list[State]
) -> list[list[int]]:
    """The closed classes that `place` leaves: reached from `start` (the first state), inside `within`."""
    reached = closure(rows, [0]) if first else set(range(len(states)))
    found = [c for c in closed_classes([list(row) for row in rows]) if c[0] in reached]
    if place.within is None:
        return found
    low, high = place.within
    return [c for c in found if all(at_most(low, states[i][0]) and at_most(states[i][0], high) for i in c)]


def closure(rows: list[dict[int, sp.Expr]], starts: list[int]) -> set[int]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for j in rows[waiting.pop()]:
            if j not in seen:
                seen.add(j)
                waiting.append(j)
    return seen


def named(states: list[State], members: list[int]) -> str:
    shown = [states[i][0] if len(states[i]) == 1 else states[i] for i in members]
    shown = sorted(shown, key=sp.default_sort_key)
    return "{" + ", ".join(map(str, shown[:NAMED])) + (", ..." if len(shown) > NAMED else "") + "}"


# ---- the law on one class


def law_on(
    chain: Chain,
    states: list[State],
    rows: list[dict[int, sp.Expr]],
    members: list[int],
    unique: bool | None,
    effort: Effort,
) -> FiniteStates:
    members = in_order([states[i] for i in members], members)
    place = {state: position for position, state in enumerate(members)}
    inner = [{place[j]: p for j, p in rows[i].items()} for i in members]
    symbols = sorted({s for row in inner for p in row.values() for s in p.free_symbols}, key=str)
    points = tuple(states[i] for i in members)
    separate(points)
    hypotheses = [Hypothesis(f"the states reached at last, {len(points)} in number, lead only to one another")]
    if symbols:
        hypotheses.append(Hypothesis("every probability written is positive", "assumed"))
    flow = tuple(tuple(row.items()) for row in inner)
    masses = exact_masses(inner, symbols, effort)
    balance: Step = (
        Balance("One step keeps the law", masses, flow)
        if masses is not None
        else BallBalance("One step keeps the law, in balls", flow)
    )
    if masses is None:
        require_balance(balance)
    return FiniteStates(
        family="finite-state",
        state=chain.state,
        points=points,
        masses=masses,
        rows=flow,
        unique=unique,
        hypotheses=tuple(hypotheses),
        proof=(
            Argued("The states of the class lead to one another and to no other state", closed_latex(len(points))),
            balance,
            Cited(
                "An irreducible finite chain has one stationary law",
                r"\pi_i>0,\quad \pi P=\pi \text{ has one solution of sum } 1",
                "norris1997",
            ),
        ),
        cite=("norris1997",),
    )


def require_balance(balance: Step) -> None:
    """Chances so small that no precision tried tells them from 0 leave the chain unrecognised."""
    try:
        balance.check()
    except StepFailed as failure:
        raise Inconclusive(str(failure)) from None


def closed_latex(size: int) -> str:
    return rf"\#\{{\text{{states}}\}} = {size}, \quad P(\text{{class}}\to\text{{class}}) = 1"


def in_order(places: list[State], members: list[int]) -> list[int]:
    """By increasing state where states are numbers of one coordinate."""
    if any(len(p) > 1 or p[0].free_symbols for p in places):
        return members
    return [m for _, m in sorted(zip(places, members, strict=True), key=lambda pair: sort_value(pair[0][0]))]


def sort_value(value: sp.Expr) -> Fraction:
    """The number, or an approximation far finer than different states are apart (`separate` proves the order)."""
    if value.is_Rational:
        return fraction(value)
    approximation = sp.Rational(sp.N(value, 50))
    return Fraction(int(approximation.p), int(approximation.q))


def separate(points: Sequence[State]) -> None:
    """Prove that states written differently are different, and those of one coordinate in increasing order."""
    for first, second in pairwise(points):
        if all(v.is_Rational for v in (*first, *second)) or any(v.free_symbols for v in (*first, *second)):
            continue
        if len(first) == 1 and proved_sign(second[0] - first[0]) != 1:
            raise Inconclusive(f"whether the states {first[0]} and {second[0]} differ is not decided")
        if len(first) > 1:
            raise Inconclusive("states of several coordinates that are not rational are not told apart")


def exact_masses(
    rows: list[dict[int, sp.Expr]], symbols: list[sp.Symbol], effort: Effort
) -> tuple[sp.Expr, ...] | None:
    """The stationary vector in the field of the probabilities: rational numbers or functions; else None."""
    probabilities = [p for row in rows for p in row.values()]
    if all(p.is_Rational for p in probabilities):
        exact = [{j: fmpq(int(p.p), int(p.q)) for j, p in row.items()} for row in rows]
        return tuple(sp.Rational(int(m.p), int(m.q)) for m in map(fmpq, stationary_vector(exact, effort)))
    if not symbols or not all(p.is_rational_function(*symbols) for p in probabilities):
        return None
    field = sp.QQ.frac_field(*symbols)
    try:
        entries = [{j: field.from_sympy(p) for j, p in row.items()} for row in rows]
    except (ValueError, TypeError, sp.CoercionFailed):
        return None
    found = [field.to_sympy(field.convert(m)) for m in stationary_vector(entries, effort)]
    return tuple(sp.factor(m) for m in found)
