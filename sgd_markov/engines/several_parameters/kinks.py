"""A gradient beside a point through which kinks pass: smooth on each side of every kink.

Beside the point each kinked function is replaced by what it is there, in a symbol s = 1 or -1 for the side:
sign(key) = s, Abs(key) = s key, Max(a, b) = (a + b + s (a - b))/2 with key = a - b.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from ...balls.adaptive import proved_sign
from ...errors import Inconclusive

Point = Mapping[sp.Symbol, sp.Expr]
KINKED = (sp.Heaviside, sp.sign, sp.Abs, sp.Max, sp.Min)


@dataclass(frozen=True)
class Sided:
    """The gradient in the side symbols; `keys[s]` is the expression whose sign s is."""

    gradient: tuple[sp.Expr, ...]
    keys: Mapping[sp.Symbol, sp.Expr]


def beside(gradient: Sequence[sp.Expr], at: Point) -> Sided:
    """The gradient near the point; without kinks through the point there are no side symbols.

    >>> w = sp.Symbol("w", real=True)
    >>> near = beside([w * sp.Heaviside(2 * w) + sp.Abs(w)], {w: sp.Integer(0)})
    >>> near.gradient, list(near.keys.values())
    ((_s0*w + w*(_s0/2 + 1/2),), [w])
    """
    if any(entry.has(sp.Piecewise) for entry in gradient):
        raise Inconclusive(
            "the smooth pieces of a case distinction are not known; write kinks by Max, Min, Abs or sign"
        )
    keys = sorted({key_of(edge)[0] for edge in edges_through(gradient, at)}, key=str)
    sides = {key: sp.Dummy(f"s{place}", real=True) for place, key in enumerate(keys)}
    return Sided(tuple(replaced(entry, sides) for entry in gradient), {side: key for key, side in sides.items()})


def edges_through(gradient: Sequence[sp.Expr], at: Point) -> Iterator[sp.Expr]:
    """The expressions of the state whose sign changes at the point."""
    for entry in gradient:
        for atom in entry.atoms(*KINKED):
            through = [edge for edge in edges_of(atom) if set(at) & edge.free_symbols and vanishes(edge.subs(at))]
            if through and len(atom.args) > 2 and isinstance(atom, sp.Max | sp.Min):
                raise Inconclusive(f"kinks of {atom}, an extreme of more than two, pass through the point")
            yield from through


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


def replaced(entry: sp.Expr, sides: Mapping[sp.Expr, sp.Symbol]) -> sp.Expr:
    def side_of(edge: sp.Expr) -> sp.Expr | None:
        key, sign = key_of(edge)
        return sides[key] * sign if key in sides else None

    def smooth(atom: sp.Expr) -> sp.Expr:
        if isinstance(atom, sp.Max | sp.Min):
            return extreme(atom, side_of(atom.args[0] - atom.args[1]))
        side, edge = side_of(atom.args[0]), atom.args[0]
        if side is None:
            return atom
        return {sp.Heaviside: (1 + side) / 2, sp.sign: side, sp.Abs: side * edge}[type(atom)]

    return entry.replace(lambda e: isinstance(e, KINKED), smooth)


def extreme(atom: sp.Expr, side: sp.Expr | None) -> sp.Expr:
    if side is None:
        return atom
    first, second = atom.args
    turn = 1 if isinstance(atom, sp.Max) else -1
    return (first + second + turn * side * (first - second)) / 2


def unsquared(value: sp.Expr, keys: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """With s^2 = 1 for every side symbol."""
    value = sp.expand(value)
    here = [side for side in keys if side in value.free_symbols]
    for side in here:
        value = value.replace(
            lambda e, s=side: e.is_Pow and e.base == s and e.exp.is_Integer, lambda e: e.base ** (e.exp % 2)
        )
    return sp.expand(value)


__all__ = ["Point", "Sided", "beside", "unsquared"]
