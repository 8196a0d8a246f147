"""Chains in one dimension whose steps have densities made of pieces x^l exp(-r x): what one step does, in one form.

w' = clip(m(w) + x, floor, ceiling), x with a density that is a sum of c x^l exp(-r x) on every piece between its kinks
(Laplace, exponential, gamma of integer shape, uniform, means of those, independent sums); or w' = clip(a(w)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Scheme
from ..chain.mixture import Component
from ..errors import SGDMarkovError
from ..laws.law import Law
from ..laws.signs import sign

FAMILIES = frozenset({"laplace", "uniform", "exponential", "gamma", "chi-square", "irwin-hall", "laplace-mean"})
"""Names of laws that may have such a density."""

MOST_COMPONENTS = 64


@dataclass(frozen=True)
class Term:
    """coefficient x^power exp(-rate x)."""

    coefficient: sp.Expr
    power: int
    rate: sp.Expr


@dataclass(frozen=True)
class Piece:
    """The density on low < x < high is the sum of the terms; ends may be infinite."""

    low: sp.Expr
    high: sp.Expr
    terms: tuple[Term, ...]

    @property
    def mirrored(self) -> Piece:
        """The density of -x."""
        terms = tuple(Term((-1) ** t.power * t.coefficient, t.power, -t.rate) for t in self.terms)
        return Piece(-self.high, -self.low, terms)


@dataclass(frozen=True)
class Stride:
    """With `probability`: w' = clip(drift + scale x, floor, ceiling), x with the density.

    `drift` is an expression in the state; so is `scale`, or it is 1, and then the first finite kink of the density is at 0.
    Without pieces x is 0: w' = clip(drift).
    """

    probability: sp.Expr
    drift: sp.Expr
    pieces: tuple[Piece, ...]
    floor: sp.Expr = -sp.oo
    ceiling: sp.Expr = sp.oo
    scale: sp.Expr = sp.S.One

    @property
    def turned(self) -> Stride:
        """The same with -scale for the scale."""
        return replace(self, scale=-self.scale, pieces=tuple(piece.mirrored for piece in reversed(self.pieces)))

    @property
    def kinks(self) -> tuple[sp.Expr, ...]:
        """The finite ends of the pieces, ascending."""
        ends = [end for piece in self.pieces for end in (piece.low, piece.high)]
        return tuple(dict.fromkeys(end for end in ends if end.is_finite))

    def mirrored(self, state: sp.Symbol) -> Stride:
        """What it does to -w."""
        drift = sp.expand(-self.drift.subs(state, -state))
        pieces = tuple(piece.mirrored for piece in reversed(self.pieces))
        return Stride(self.probability, drift, pieces, -self.ceiling, -self.floor, self.scale.subs(state, -state))

    @property
    def reach(self) -> tuple[sp.Expr, sp.Expr]:
        """The support of x."""
        return self.pieces[0].low, self.pieces[-1].high


@dataclass(frozen=True)
class Jump:
    """With `probability`: w' = target, a place or the state itself."""

    probability: sp.Expr
    target: sp.Expr


@dataclass(frozen=True)
class Steps:
    """All that one step may do; probabilities sum to 1, and are not 0."""

    state: sp.Symbol
    strides: tuple[Stride, ...]
    jumps: tuple[Jump, ...] = ()

    @property
    def mirrored(self) -> Steps:
        """The steps of -w."""
        turned = {self.state: -self.state}
        jumps = tuple(Jump(jump.probability, -jump.target.subs(turned)) for jump in self.jumps)
        return Steps(self.state, tuple(stride.mirrored(self.state) for stride in self.strides), jumps)

    @property
    def symbols(self) -> set[sp.Symbol]:
        """Free symbols other than the state."""
        found: set[sp.Symbol] = set()
        for stride in self.strides:
            found |= stride.probability.free_symbols | stride.drift.free_symbols | stride.floor.free_symbols
            found |= stride.ceiling.free_symbols | stride.scale.free_symbols
            for piece in stride.pieces:
                found |= piece.low.free_symbols | piece.high.free_symbols
                found |= {s for term in piece.terms for s in term.coefficient.free_symbols | term.rate.free_symbols}
        for jump in self.jumps:
            found |= jump.probability.free_symbols | jump.target.free_symbols
        return found - {self.state}


def kinked_steps(chain: object) -> Steps | None:
    """The steps of the chain in this form; None where they have another.

    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.laplace import Laplace
    >>> w, z = sp.symbols("w z", real=True)
    >>> steps = kinked_steps(RandomMap({w: w / 2 + 3 * z}, noise={z: Laplace(0, 1)}))
    >>> steps.strides[0].drift, steps.strides[0].pieces[1].terms
    (w/2, (Term(coefficient=1/6, power=0, rate=1/3),))
    """
    if not isinstance(chain, Chain) or chain.dimension != 1 or not may_be_kinked(chain):
        return None
    try:
        components = chain.components
    except SGDMarkovError:
        return None
    if len(components) > MOST_COMPONENTS:
        return None
    return collected(chain.state[0], components)


def may_be_kinked(chain: Chain) -> bool:
    """Is every law that is not finite one of the families, and the sampling that of one step?"""
    if chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC):
        return False
    laws = [source.law for source in (*chain.draw.data, *chain.draw.noise) if source.finite is None]
    return bool(laws) and all(law.name in FAMILIES for law in laws)


def collected(state: sp.Symbol, components: tuple[Component, ...]) -> Steps | None:
    strides, jumps = [], []
    for component in components:
        if component.probability == 0:
            continue
        found = part_of_step(component, state)
        if found is None:
            return None
        if isinstance(found, Stride):
            strides.append(found)
        else:
            jumps.append(found)
    return Steps(state, tuple(strides), tuple(jumps)) if any(stride.pieces for stride in strides) else None


def part_of_step(component: Component, state: sp.Symbol) -> Stride | Jump | None:
    """One component: a clipped sum m(w) + s z with a number s, or a function of the state alone."""
    value = component.values[0]
    if not component.laws:
        return certain_step(component.probability, value, state)
    clipped = unclipped(value, set(component.laws))
    if clipped is None:
        return None
    inner, floor, ceiling = clipped
    drift, scales = inner.subs(dict.fromkeys(component.laws, 0)), {z: sp.diff(inner, z) for z in component.laws}
    if any(scale.free_symbols & set(component.laws) for scale in scales.values()):
        return None
    if len(scales) == 1 and state in scales[next(iter(scales))].free_symbols:
        ((z, law),) = component.laws.items()
        return scaled_stride(component.probability, sp.expand(drift), scales[z], law, floor, ceiling)
    if any(state in scale.free_symbols or sign(scale) not in (1, -1) for scale in scales.values()):
        return None
    noise = noise_of([(scales[z], law) for z, law in component.laws.items()])
    return None if noise is None else stride_of(component.probability, sp.expand(drift), *noise, floor, ceiling)


def certain_step(probability: sp.Expr, value: sp.Expr, state: sp.Symbol) -> Stride | Jump | None:
    """A step without a density."""
    if value == state or state not in value.free_symbols:
        return Jump(probability, value)
    clipped = unclipped(value, {state})
    return None if clipped is None else Stride(probability, sp.expand(clipped[0]), (), *clipped[1:])


Pieces = tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]
NOISE = sp.Dummy("z", real=True)


def noise_of(pairs: list[tuple[sp.Expr, Law]]) -> tuple[sp.Expr, Pieces] | None:
    """(scale, density of z by pieces) with the law of scale z that of the sum of all scale * variable."""
    if len(pairs) == 1:
        ((scale, law),) = pairs
        pieces = law.pieces(NOISE)
    else:
        from .kinked_sums import sum_pieces  # late: needed for sums only

        scale, pieces = sp.Integer(1), sum_pieces(pairs, NOISE)
    return None if pieces is None else (scale, pieces)


def unclipped(value: sp.Expr, noise: set[sp.Symbol]) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """(inner, floor, ceiling) with value = Min(Max(inner, floor), ceiling), floor < ceiling constants.

    >>> z = sp.Symbol("z", real=True)
    >>> unclipped(sp.Max(-1, sp.Min(1, z)), {z}), unclipped(sp.Min(sp.sqrt(2), sp.Max(sp.sqrt(5), z)), {z})
    ((z, -1, 1), None)
    """
    floor, ceiling = -sp.oo, sp.oo
    while isinstance(value, sp.Max | sp.Min):
        inner = [part for part in value.args if noise & part.free_symbols]
        ends = [part for part in value.args if not noise & part.free_symbols]
        if len(inner) != 1 or any(not end.is_number for end in ends):
            return None
        if isinstance(value, sp.Max):
            low = sp.Max(*ends)
            if sign(ceiling - low) != 1:
                return None
            floor = sp.Max(floor, low)
        else:
            high = sp.Min(*ends)
            if sign(high - floor) != 1:
                return None
            ceiling = sp.Min(ceiling, high)
        value = inner[0]
    return value, floor, ceiling


def stride_of(
    probability: sp.Expr, drift: sp.Expr, scale: sp.Expr, pieces: Pieces, floor: sp.Expr, ceiling: sp.Expr
) -> Stride | None:
    """drift + scale z with z of that density, the first kink of z taken into the drift."""
    kinks = [end for low, high, _ in pieces for end in (low, high) if end.is_finite]
    upward = sign(scale) == 1
    kink = kinks[0] if upward else kinks[-1]
    turned = [in_steps(piece, kink, scale) for piece in (pieces if upward else reversed(pieces))]
    if any(piece is None for piece in turned):
        return None
    return Stride(probability, sp.expand(drift + scale * kink), tuple(p for p in turned if p), floor, ceiling)


def scaled_stride(
    probability: sp.Expr, drift: sp.Expr, scale: sp.Expr, law: Law, floor: sp.Expr, ceiling: sp.Expr
) -> Stride | None:
    """drift + scale z with a scale that depends on the state."""
    pieces = law.pieces(NOISE)
    found = [] if pieces is None else [in_steps(piece, sp.S.Zero, sp.S.One) for piece in pieces]
    if not found or None in found:
        return None
    return Stride(probability, drift, tuple(p for p in found if p), floor, ceiling, scale)


def in_steps(piece: tuple[sp.Expr, sp.Expr, sp.Expr], kink: sp.Expr, scale: sp.Expr) -> Piece | None:
    """A piece of the density of z as one of x = scale (z - kink)."""
    low, high, formula = piece
    ends = [scale * (end - kink) if end.is_finite else end * sp.sign(scale) for end in (low, high)]
    low, high = (sp.expand(end) for end in (ends if sign(scale) == 1 else reversed(ends)))
    terms = terms_of(formula.subs(NOISE, kink + NOISE / scale) / sp.Abs(scale), NOISE)
    return None if terms is None else Piece(low, high, terms)


def terms_of(formula: sp.Expr, x: sp.Symbol) -> tuple[Term, ...] | None:
    """The formula as a sum of c x^l exp(-r x), or None.

    >>> x = sp.Symbol("x")
    >>> terms_of(3 * x * sp.exp(1 - 2 * x), x)
    (Term(coefficient=3*E, power=1, rate=2),)
    """
    found: dict[tuple[int, sp.Expr], sp.Expr] = {}
    for summand in sp.Add.make_args(sp.expand(formula, power_exp=False)):
        term = term_of(summand, x)
        if term is None:
            return None
        key = (term.power, term.rate)
        found[key] = found.get(key, sp.Integer(0)) + term.coefficient
    return tuple(Term(sp.expand(c, power_exp=False), *key) for key, c in found.items() if sp.expand(c) != 0)


def term_of(summand: sp.Expr, x: sp.Symbol) -> Term | None:
    coefficient, rest = summand.as_independent(x, as_Add=False)
    power, rate = 0, sp.Integer(0)
    for factor in sp.Mul.make_args(rest):
        if isinstance(factor, sp.exp):
            exponent = sp.expand(factor.args[0])
            if not exponent.is_polynomial(x) or sp.degree(exponent, x) != 1:
                return None
            rate -= exponent.coeff(x, 1)
            coefficient *= sp.exp(exponent.coeff(x, 0))
        elif factor == x or (factor.is_Pow and factor.base == x and factor.exp.is_Integer and factor.exp > 0):
            power += 1 if factor == x else int(factor.exp)
        elif factor != 1:
            return None
    return Term(coefficient, power, sp.expand(rate))
