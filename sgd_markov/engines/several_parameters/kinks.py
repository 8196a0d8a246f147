"""A gradient on the smooth pieces that meet at a point: on each side of every kink that passes through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import sympy as sp

from ...balls.adaptive import proved_sign
from ...errors import Inconclusive

SIDES_LIMIT = 12
Point = Mapping[sp.Symbol, sp.Expr]
KINKED = (sp.Heaviside, sp.sign, sp.Abs, sp.Max, sp.Min)


@dataclass(frozen=True)
class Piece:
    """The gradient where every `sides[key]` has the sign of `key`."""

    gradient: tuple[sp.Expr, ...]
    sides: Mapping[sp.Expr, int]


def pieces_at(gradient: Sequence[sp.Expr], at: Point) -> list[Piece]:
    """One piece where no kink passes through the point; else one for each choice of sides, empty ones included.

    >>> w = sp.Symbol("w", real=True)
    >>> [piece.gradient for piece in pieces_at([w * sp.Heaviside(2 * w) + sp.Abs(w)], {w: sp.Integer(0)})]
    [(-w,), (2*w,)]
    """
    if any(entry.has(sp.Piecewise) for entry in gradient):
        raise Inconclusive(
            "the smooth pieces of a case distinction are not known; write kinks by Max, Min, Abs or sign"
        )
    keys = sorted({key_of(edge)[0] for edge in edges_through(gradient, at)}, key=str)
    if len(keys) > SIDES_LIMIT:
        raise Inconclusive(f"{len(keys)} kinks pass through the point; the limit is {SIDES_LIMIT}")
    choices = [dict(zip(keys, signs, strict=True)) for signs in product((-1, 1), repeat=len(keys))]
    return [Piece(tuple(on_side(entry, sides, at) for entry in gradient), sides) for sides in choices]


def edges_through(gradient: Sequence[sp.Expr], at: Point) -> Iterator[sp.Expr]:
    """The expressions of the state whose sign changes at the point."""
    for entry in gradient:
        for atom in entry.atoms(*KINKED):
            for edge in edges_of(atom):
                if set(at) & edge.free_symbols and vanishes(edge.subs(at)):
                    yield edge


def edges_of(atom: sp.Expr) -> list[sp.Expr]:
    if isinstance(atom, sp.Max | sp.Min):
        return [a - b for i, a in enumerate(atom.args) for b in atom.args[:i]]
    return [atom.args[0]]


def vanishes(value: sp.Expr) -> bool:
    value = sp.expand(value)
    return bool(value == 0 or (not value.free_symbols and proved_sign(value) == 0))


def key_of(edge: sp.Expr) -> tuple[sp.Expr, int]:
    """The edge up to a number, and the sign of the number."""
    number, rest = sp.expand(edge).as_coeff_Mul()
    if rest.is_Add and rest.could_extract_minus_sign():
        number, rest = -number, -rest
    content, primitive = rest.as_content_primitive()
    return primitive, int(sp.sign(number * content))


def on_side(entry: sp.Expr, sides: Mapping[sp.Expr, int], at: Point) -> sp.Expr:
    """The entry with every kinked function replaced by what it is beside the point."""

    def sign_of(edge: sp.Expr) -> int | None:
        key, sign = key_of(edge)
        return sides[key] * sign if key in sides else None

    def replaced(atom: sp.Expr) -> sp.Expr:
        if isinstance(atom, sp.Max | sp.Min):
            return extreme(atom, sign_of, at)
        sign = sign_of(atom.args[0])
        if sign is None:
            return atom
        value = {sp.Heaviside: sp.Integer((1 + sign) // 2), sp.sign: sp.Integer(sign), sp.Abs: sign * atom.args[0]}
        return value[type(atom)]

    return entry.replace(lambda e: isinstance(e, KINKED), replaced)


def extreme(atom: sp.Expr, sign_of: object, at: Point) -> sp.Expr:
    """The argument that is largest (smallest) beside the point; the atom itself where no two are equal there."""
    best, turn = atom.args[0], 1 if isinstance(atom, sp.Max) else -1
    for other in atom.args[1:]:
        sign = sign_of(other - best)  # type: ignore[operator]
        if sign is None:
            sign = difference_sign((other - best).subs(at))
        if sign is None:
            return atom
        best = other if sign * turn > 0 else best
    return best


def difference_sign(value: sp.Expr) -> int | None:
    return None if value.free_symbols else proved_sign(value)
