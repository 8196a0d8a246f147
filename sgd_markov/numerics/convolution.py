"""The law of a sum of independent parts: the convolution of two measures made of atoms and densities."""

from __future__ import annotations

from itertools import chain, count, pairwise

import sympy as sp

from ..errors import Inconclusive
from .case_signs import Signs
from .convolution_check import require_convolution
from .convolution_proof import is_proved
from .gaussian_integral import NotGaussian, integral
from .measures import Atom, Density, Measure, Series, summed
from .smooth_pieces import smooth_pieces


def convolution(first: Measure, second: Measure, target: sp.Symbol, signs: Signs) -> Measure:
    """The law of X + Y for independent X, Y with these laws, in one dimension; masses multiply.

    Densities that are polynomials times exponentials of quadratics, piece by piece (normal, uniform, exponential,
    Laplace, gamma of integer shape, ...), give closed forms: between any two sums of ends the integral has one formula,
    whose antiderivative is differentiated again by algebra when it is made and decays where an end is infinite
    (`gaussian_integral`), which is the proof. The whole is proved again by Laplace transforms where there are no normal
    densities (`convolution_proof`), and compared with direct integration at random points where there are.
    For others the density is left as an integral.
    Raises `Undecided` where the order of the ends is open.

    >>> t = sp.Symbol("t", real=True)
    >>> box = Measure(densities=(Density(sp.Integer(0), sp.Integer(1), sp.Integer(1)),))
    >>> [(d.low, d.high, d.formula) for d in convolution(box, box, t, Signs()).densities]
    [(0, 1, t), (1, 2, 2 - t)]
    """
    parts = [moved(second, atom, target) for atom in first.atoms]
    parts += [moved(Measure(densities=first.densities, series=first.series), atom, target) for atom in second.atoms]
    ours, theirs = ([piece for d in m.densities for piece in analytic(d, target, signs)] for m in (first, second))
    joint = [d for one in ours for other in theirs for d in of_densities(one, other, target, signs)]
    if not is_proved(ours, theirs, joint, target):
        require_convolution(ours, theirs, joint, target, signs)
    parts.append(Measure(densities=tuple(joint)))
    for lattice, pieces in ((first, theirs), (second, ours)):
        parts += [of_series(series, piece, target) for series in lattice.series for piece in pieces]
    if first.series and second.series:
        raise Inconclusive("the kernel needs the law of a sum of two laws with infinitely many atoms")
    return summed(parts)


def moved(measure: Measure, by: Atom, target: sp.Symbol) -> Measure:
    """The measure times the mass of the atom, shifted by its place."""
    (shift,), weight = by.to, by.probability
    back = {target: target - shift}
    return Measure(
        tuple(Atom((atom.to[0] + shift,), weight * atom.probability) for atom in measure.atoms),
        tuple(
            Density(total(d.low, shift), total(d.high, shift), weight * d.formula.xreplace(back))
            for d in measure.densities
        ),
        tuple(Series(s.to + shift, weight * s.probability, s.index, s.start, s.stop) for s in measure.series),
    )


def analytic(density: Density, target: sp.Symbol, signs: Signs) -> list[Density]:
    """The density cut at its kinks (a Laplace density at its centre)."""
    pieces = smooth_pieces(density.formula, target, density.low, density.high, signs)
    return [Density(piece.low, piece.high, piece.formula) for piece in pieces]


def of_densities(first: Density, second: Density, target: sp.Symbol, signs: Signs) -> list[Density]:
    """int first(x) second(t - x) dx, where a < x < b and c < t - x < d: one formula between any two of the sums of ends."""
    a, b, c, d = first.low, first.high, second.low, second.high
    x = unlike(first.formula, second.formula)
    integrand = first.formula.xreplace({target: x}) * second.formula.xreplace({target: target - x})
    left = sp.oo if d == sp.oo else total(a, d)
    right = -sp.oo if c == -sp.oo else total(b, c)
    middle = [end for end in (left, right) if end not in (sp.oo, -sp.oo)]
    if len(middle) == 2 and signs.order(middle[1] - middle[0]) < 0:
        middle.reverse()
    cuts = [total(a, c), *middle, total(b, d)]
    found = []
    for low, high in pairwise(cuts):
        if low == high:
            continue
        start = a if before(high, left, cuts) else target - d
        stop = target - c if before(high, right, cuts) else b
        found.append(Density(low, high, integrated(integrand, x, start, stop, signs)))
    return found


def unlike(*formulas: sp.Expr) -> sp.Symbol:
    """A variable of integration whose name the formulas do not hold: nested integrals are told apart by their names."""
    taken = {symbol.name for formula in formulas for symbol in formula.atoms(sp.Symbol)}
    names = chain(["x"], (f"x_{place}" for place in count(1)))
    return sp.Dummy(next(name for name in names if name not in taken), real=True)


def total(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """The sum of two ends, the infinite one if one is: sympy keeps oo + f where f may be infinite somewhere."""
    infinite = [end for end in (first, second) if end in (sp.oo, -sp.oo)]
    return infinite[0] if infinite else sp.expand(first + second)


def before(high: sp.Expr, bound: sp.Expr, cuts: list[sp.Expr]) -> bool:
    """Does the interval that ends at `high` lie below the bound, one of the cuts or infinite?"""
    if bound in (sp.oo, -sp.oo):
        return bool(bound == sp.oo)
    return cuts.index(high) <= cuts.index(bound)


def integrated(integrand: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
    """The closed form, or the integral as it stands."""
    try:
        found = integral(integrand, x, low, high, signs)
        return sp.factor(found) if found.is_rational_function() else found
    except NotGaussian:
        return sp.Integral(integrand, (x, low, high))


def of_series(series: Series, density: Density, target: sp.Symbol) -> Measure:
    """A sum over the lattice of shifted densities."""
    back = {target: target - series.to}
    shifted = Density(density.low + series.to, density.high + series.to, density.formula.xreplace(back))
    total = sp.Sum(series.probability * shifted.everywhere(target), (series.index, series.start, series.stop))
    return Measure(densities=(Density(-sp.oo, sp.oo, total),))
