"""Chains that move by one step up, one step down, or stay: w' = w +- d by the sign of a random function of the state.

`sign_steps` writes such a chain in the unit d: v = w/d moves on s + Z. Each component of the randomness has one edge
g(v, X) = H(v) X + G(v), X continuous (or g without X), and the move depends on the sign of g alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational

from ..balls.adaptive import proved_sign
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..errors import Inconclusive, InvalidInput
from ..laws.law import Interval, Law
from ..numerics.stable_sums import reduced
from ..proof import Identity, Step

OTHER_KINKS = (sp.Min, sp.Max, sp.Abs, sp.floor)
V = sp.Symbol("v", real=True)
"""The state in units of the step."""


@dataclass(frozen=True)
class Edge:
    """With `probability`, the move is moves[s] for the sign s of g = slope(v) X + offset(v); `law` is that of X.

    Without X (`law` None) the slope is 0. Moves are -1, 0 or 1.
    """

    probability: sp.Expr
    slope: sp.Expr
    offset: sp.Expr
    law: Law | None
    moves: Mapping[int, int]

    @property
    def threshold(self) -> sp.Expr:
        """t(v) with g = slope (X - t)."""
        return sp.cancel(-self.offset / self.slope)

    def chance(self, side: int, at: sp.Expr) -> sp.Expr:
        """P(sign g = side) at the state v = `at`, exact; raises `InvalidInput` where free symbols leave it open."""
        slope, offset = (expr.subs(V, at) for expr in (self.slope, self.offset))
        lean = known_sign(slope)
        if lean == 0 or self.law is None:
            return sp.Integer(int(known_sign(offset) == side))
        if side == 0:
            return sp.Integer(0)
        return mass_beyond(self.law, sp.cancel(-offset / slope), side * lean)


def mass_beyond(law: Law, t: sp.Expr, side: int) -> sp.Expr:
    """P(X > t) for side 1, P(X < t) for side -1, of a law with a density."""
    support = law.support
    assert isinstance(support, Interval)
    if t in (sp.oo, -sp.oo):
        return sp.Integer(int((t == sp.oo) == (side < 0)))
    for end, below in ((support.low, True), (support.high, False)) if V not in t.free_symbols else ():
        if not end.is_infinite and known_sign(t - end) in ((-1, 0) if below else (1, 0)):
            return sp.Integer(int(below == (side > 0)))
    if side > 0:
        mirrored = law.affine(sp.Integer(0), sp.Integer(-1))
        found = None if mirrored is None else mirrored.cdf(-t)
        if found is None:
            found = law.cdf(t)
            found = None if found is None else 1 - found
    else:
        found = law.cdf(t)
    if found is None:
        raise Inconclusive(f"the distribution function of the {law.name} law is not known in closed form")
    return found


def known_sign(value: sp.Expr) -> int:
    """The sign, proved; `InvalidInput` where free symbols leave it open, `Inconclusive` where balls do."""
    if value.free_symbols:
        for holds, sign in ((value.is_positive, 1), (value.is_negative, -1), (value.is_zero, 0)):
            if holds:
                return sign
        names = ", ".join(sorted(map(str, value.free_symbols)))
        raise InvalidInput(
            "values", f"free symbols {names}", f"numbers for {names}: where the chain moves depends on them"
        )
    found = proved_sign(value)
    if found is None:
        raise Inconclusive(f"the sign of {value} is not decided")
    return found


@dataclass(frozen=True)
class SignSteps:
    """The chain in the unit `unit`: v' = v + moves[sign g] by one of `edges`; `checks` prove this form."""

    state: sp.Symbol
    unit: sp.Expr
    edges: tuple[Edge, ...]
    checks: tuple[Step, ...]

    def chance(self, move: int, at: sp.Expr) -> sp.Expr:
        """P(v' = v + move) at v = `at`."""
        parts = [
            edge.probability * edge.chance(side, at)
            for edge in self.edges
            for side, m in edge.moves.items()
            if m == move
        ]
        return sp.Add(*parts)

    def mirrored(self) -> SignSteps:
        """The same chain seen as -v."""
        edges = tuple(
            Edge(e.probability, e.slope.subs(V, -V), e.offset.subs(V, -V), e.law, {s: -m for s, m in e.moves.items()})
            for e in self.edges
        )
        return SignSteps(self.state, self.unit, edges, self.checks)


def sign_steps(chain: Chain) -> SignSteps | None:
    """The chain as steps of one size by signs, or None."""
    if chain.dimension != 1 or not any(expr.has(sp.sign, sp.Heaviside, sp.Piecewise) for expr in chain.update):
        return None
    w = chain.state[0]
    components = chain.components
    raw = [edge_of(component, w) for component in components if component.probability != 0]
    if any(edge is None for edge in raw):
        return None
    found = [edge for edge in raw if edge is not None]
    sizes = {move for edge in found for move in edge[3].values() if move != 0}
    unit = common_size(sizes)
    if unit is None:
        return None
    edges = tuple(in_units(edge, w, unit) for edge in found)
    checks = tuple(
        step
        for edge, (_, value, g, moves, x, _) in zip(edges, found, strict=True)
        for step in proofs(edge, value, g, moves, x, w, unit)
    )
    return SignSteps(w, unit, edges, checks)


Raw = tuple[sp.Expr, sp.Expr, sp.Expr, dict[int, sp.Expr], sp.Symbol | None, Law | None]
"""(probability, value, edge g, {sign of g: displacement}, variable, its law)"""


def edge_of(component: Component, w: sp.Symbol) -> Raw | None:
    """One component: its displacement as a function of the sign of one edge function, or None."""
    value = component.values[0]
    laws = dict(component.laws)
    if not all(isinstance(law.support, Interval) for law in laws.values()) or value.has(*OTHER_KINKS):
        return None
    edges = edge_functions(value)
    if len(edges) > 1:
        return None
    if not edges:
        step = sp.expand(value - w)
        always = dict.fromkeys((1, -1, 0), step)
        return (
            None
            if step.free_symbols & {w, *laws}
            else (component.probability, value, sp.Integer(1), always, None, None)
        )
    (g,) = edges
    moves = {side: sp.expand(on_side(value, g, side) - w) for side in (1, -1, 0)}
    if any(move.free_symbols & {w, *laws} for move in moves.values()):
        return None
    x: sp.Symbol | None = None
    law: Law | None = None
    if laws:
        single = reduced(g, laws) if len(laws) > 1 else (g, *next(iter(laws.items())))
        if single is None:
            return None
        g, x, law = single
        if not g.is_polynomial(x) or sp.degree(g, x) != 1:
            return None
        if sp.Poly(g, x).LC().is_nonzero:
            moves[0] = sp.Integer(0)  # a tie has probability 0
    return component.probability, value, sp.expand(g), moves, x, law


def edge_functions(value: sp.Expr) -> set[sp.Expr]:
    """The functions whose signs decide the value; equal up to the sign is one."""
    found = {node.args[0] for node in value.atoms(sp.sign, sp.Heaviside)}
    for node in value.atoms(sp.Piecewise):
        for _, condition in node.args:
            found |= {r.lhs - r.rhs for r in condition.atoms(Relational)}
    distinct: set[sp.Expr] = set()
    for g in sorted(found, key=sp.default_sort_key):
        if not any(sp.expand(g - other) == 0 or sp.expand(g + other) == 0 for other in distinct):
            distinct.add(g)
    return distinct


def on_side(value: sp.Expr, g: sp.Expr, side: int) -> sp.Expr:
    """The value where g has the sign `side`."""

    def sign_of(argument: sp.Expr) -> int:
        return side if sp.expand(argument - g) == 0 else -side

    def decided(relation: Relational) -> sp.Basic:
        difference = sp.Integer(sign_of(relation.lhs - relation.rhs))
        return relation.func(difference, 0)

    value = value.replace(lambda node: isinstance(node, sp.sign), lambda node: sp.Integer(sign_of(node.args[0])))
    value = value.replace(
        lambda node: isinstance(node, sp.Heaviside), lambda node: sp.Rational(1 + sign_of(node.args[0]), 2)
    )
    return value.replace(
        lambda node: isinstance(node, sp.Piecewise),
        lambda node: sp.Piecewise(
            *((v, c.replace(lambda r: isinstance(r, Relational), decided)) for v, c in node.args)
        ),
    )


def common_size(sizes: set[sp.Expr]) -> sp.Expr | None:
    """The d > 0 with all displacements d or -d; None otherwise."""
    if not sizes:
        return None
    first = sorted(sizes, key=sp.default_sort_key)[0]
    try:
        unit = first * known_sign(first)
    except InvalidInput:
        return None
    return unit if all(sp.expand(s - unit) == 0 or sp.expand(s + unit) == 0 for s in sizes) else None


def in_units(raw: Raw, w: sp.Symbol, unit: sp.Expr) -> Edge:
    probability, _, g, moves, x, law = raw
    scaled = sp.expand(g.subs(w, unit * V))
    steps = {side: 0 if move == 0 else 1 if sp.expand(move - unit) == 0 else -1 for side, move in moves.items()}
    if x is None:
        return Edge(probability, sp.Integer(0), without_scale(scaled), None, steps)
    poly = sp.Poly(without_scale(scaled, x), x)
    return Edge(probability, poly.nth(1), poly.nth(0), law, steps)


def without_scale(g: sp.Expr, *drawn: sp.Symbol) -> sp.Expr:
    """g divided by its positive factors that depend neither on the state nor on what is drawn: the sign stays."""
    fixed, rest = sp.factor(g).as_independent(V, *drawn, as_Add=False)
    return rest if fixed.is_positive else -rest if fixed.is_negative else g


def proofs(
    edge: Edge, value: sp.Expr, g: sp.Expr, moves: dict[int, sp.Expr], x: sp.Symbol | None, w: sp.Symbol, unit: sp.Expr
) -> list[Step]:
    """That the form is the chain: the displacement on each side, and the edge as slope (X - t)."""
    steps: list[Step] = [
        Identity(f"The step where the edge has the sign {side}", move, unit * edge.moves[side])
        for side, move in moves.items()
    ]
    if x is not None:
        slope = sp.Poly(g, x).LC()
        steps.append(
            Identity("The edge as a threshold of what is drawn", g, slope * (x - edge.threshold.subs(V, w / unit)))
        )
        lead = sp.cancel(slope.subs(w, unit * V) / edge.slope)
        steps.append(Identity("up to a factor that keeps its sign", sp.Abs(lead), lead))
    return steps
