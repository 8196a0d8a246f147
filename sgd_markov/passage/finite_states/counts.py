"""Counts such as Poisson's as noise: in a bounded region all large counts lead to the same place, or all lead out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import sympy as sp

from ...balls.adaptive import proved_sign
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.draw import Source
from ...chain.region import Interval, Region
from ...effort import Effort
from ...engines.reached_states import Reached
from ...laws.finite import Finite
from ...laws.law import HalfLattice, Law
from ...numerics.case_signs import Signs
from ...numerics.finite_family import NOT_CUT
from ...numerics.smooth_pieces import Piece, smooth_pieces
from .states import leaving, updates

COUNTS = HalfLattice(sp.Integer(0), sp.Integer(1))
JUMPS = (sp.Piecewise, sp.sign, sp.Heaviside, sp.floor)
CUTS = (12, 40, 120)
"""Counts from here on are tried as one."""


def reached_inside(model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Reached | None:
    """The states inside the region that follow the start; with one unbounded count as noise, larger counts as one."""
    found = leaving(model, start, inside, effort)
    if found is not None or not isinstance(model, Chain) or model.dimension != 1 or model.parameters:
        return found
    source = unbounded_count(model)
    if source is None or inside.free_symbols:
        return None
    place = sp.sympify(start[model.state[0]])
    if place.free_symbols:
        return None
    for cut in CUTS:
        if not is_settled(model, source, cut, place, inside, effort):
            continue
        found = leaving(with_clamped(model, source, cut), start, inside, effort)
        if found is None or all(is_settled(model, source, cut, state[0], inside, effort) for state in found.states):
            return found
    return None


def unbounded_count(model: Chain) -> Source | None:
    """The one source without finitely many values, if it is a law on 0, 1, 2, ...; samples are drawn one a step."""
    draw = model.draw
    endless = [source for source in (*draw.data, *draw.noise) if source.finite is None]
    if len(endless) != 1 or draw.batch_size != 1 or updates(model) > 1:
        return None
    return endless[0] if isinstance(endless[0].law, Law) and endless[0].law.support == COUNTS else None


def with_clamped(model: Chain, source: Source, cut: int) -> Chain:
    """The chain with min(count, cut) in place of the count."""
    assert isinstance(source.law, Law)
    chances = [source.law.probability(sp.Integer(k)) for k in range(cut)]
    clamped = Source(source.symbols, Finite(range(cut + 1), [*chances, 1 - sp.Add(*chances)]))
    data, noise = (tuple(clamped if one is source else one for one in own) for own in (model.draw.data, model.draw.noise))
    return replace(model, draw=replace(model.draw, data=data, noise=noise))


def is_settled(model: Chain, source: Source, cut: int, place: sp.Expr, inside: Region, effort: Effort) -> bool:
    """Is it proved that from the place all counts from `cut` on lead to one state, or all out of the region?"""
    effort.check()
    (count,), region = source.symbols, inside.interval(model.state[0])
    return all(is_constant_or_out(step, count, cut, region) for step in steps_from(model, source, place))


def steps_from(model: Chain, source: Source, place: sp.Expr) -> Iterator[sp.Expr]:
    """The next state as a function of the count, for all values of what else is drawn."""
    others = [s for s in (*model.draw.data, *model.draw.noise) if s is not source]
    for drawn in product(*(one.finite or () for one in others)):
        values = {symbol: value for one, (at, _) in zip(others, drawn, strict=True) for symbol, value in zip(one.symbols, at, strict=True)}
        yield model.one_sample_map[0].xreplace({model.state[0]: place, **values})


def is_constant_or_out(step: sp.Expr, count: sp.Symbol, cut: int, region: Interval) -> bool:
    if any(count in node.free_symbols for node in step.atoms(*JUMPS)):
        return False  # the value at a jump is that of no piece
    try:
        pieces = smooth_pieces(step, count, sp.Integer(cut), sp.oo, Signs())
    except NOT_CUT:
        return False
    low, high = region
    if len(pieces) == 1 and count not in pieces[0].formula.free_symbols:
        return True
    return any(all(is_beyond(piece, count, end, side) for piece in pieces) for end, side in ((low, -1), (high, 1)))


def is_beyond(piece: Piece, count: sp.Symbol, end: sp.Expr, side: int) -> bool:
    """Does the piece start beyond the end, and never turn back?"""
    slope = sp.expand(sp.diff(piece.formula, count))
    if not slope.is_number or proved_sign(side * slope) not in (0, 1):
        return False
    return proved_sign(side * (piece.formula.subs(count, piece.low) - end)) == 1
