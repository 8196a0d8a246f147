"""The proof that a closed form is the convolution of two densities made of polynomials times exponentials, by algebra.

The two-sided Laplace transform of such a density is a sum of R(s) exp(e - s a) over the ends a of its pieces, R rational.
It exists on a strip around the imaginary axis, where it determines the density almost everywhere; the transform of a
convolution is the product. So the identity of the coefficients R for every place a and exponent e is a proof.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from .gaussian_integral import NotGaussian, by_parts, require_equal, terms_of
from .measures import Density

Transform = dict[tuple[sp.Expr, sp.Expr], sp.Expr]
"""(place a, exponent e) -> R(s)."""
S = sp.Dummy("s")
MOST_TERMS = 400


def is_proved(first: Sequence[Density], second: Sequence[Density], found: Sequence[Density], target: sp.Symbol) -> bool:
    """Is the transform of `found` the product of the others? False where they are of another form, or it is not seen.

    >>> t = sp.Symbol("t", real=True)
    >>> box = [Density(sp.Integer(0), sp.Integer(1), sp.Integer(1))]
    >>> tent = [Density(sp.Integer(0), sp.Integer(1), t), Density(sp.Integer(1), sp.Integer(2), 2 - t)]
    >>> is_proved(box, box, tent, t), is_proved(box, box, tent[:1], t)
    (True, False)
    """
    try:
        one, other, both = (transform(pieces, target) for pieces in (first, second, found))
    except NotGaussian:
        return False
    if len(one) * len(other) > MOST_TERMS:
        return False
    difference = both
    for (place, exponent), ratio in one.items():
        for (step, more), factor in other.items():
            add(difference, place + step, exponent + more, -ratio * factor)
    return all(sp.cancel(sp.together(rest)) == 0 for rest in difference.values())


def transform(pieces: Sequence[Density], target: sp.Symbol) -> Transform:
    """int exp(-s t) f(t) dt. Raises `NotGaussian` for other terms, and where one does not decay at an infinite end."""
    table: Transform = {}
    for piece in pieces:
        for term in terms_of(piece.formula, target):
            exponent = sp.Poly(term.exponent, target)
            if exponent.degree() > 1 or term.error != 1:
                raise NotGaussian(term.exponent)
            slope, constant = exponent.coeff_monomial(target), exponent.coeff_monomial(1)
            primitive = by_parts(term.polynomial, target, slope - S)
            require_equal(sp.diff(primitive, target) + (slope - S) * primitive, term.polynomial)
            for end, side in ((piece.high, 1), (piece.low, -1)):
                if end not in (sp.oo, -sp.oo):
                    add(table, end, constant + slope * end, side * primitive.xreplace({target: end}))
                elif not (side * slope).is_negative:
                    raise NotGaussian(term.exponent)
    return table


def add(table: Transform, place: sp.Expr, exponent: sp.Expr, ratio: sp.Expr) -> None:
    key = sp.expand(place), sp.expand(exponent)
    table[key] = table.get(key, sp.Integer(0)) + ratio
