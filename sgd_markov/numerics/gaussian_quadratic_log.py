"""E log|A| for a quadratic polynomial A of independent normal variables, certified.

In coordinates in which its matrix is diagonal, A = c + sum_j lambda_j (Z_j + m_j)^2 + b Z_0. For c > 0 (else take -A)
the characteristic function phi extends to the upper half plane but for cuts on the imaginary axis, and decays there, so

    log|A| = Re int_0^oo (exp(-t) - exp(i A t))/t dt,   E log|A| = Re int_0^oo (exp(-t) - phi(t))/t dt

may be taken along the ray t = r exp(i pi/4), where both terms decay exponentially; with r = exp(s) it is the integral of
a function that is analytic about the real axis and decays at both ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from flint import acb, arb, arb_mat, ctx

from ..algebra import RealRoot, integer_poly
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of
from ..balls.quadrature import contour
from ..laws.law import Law
from ..laws.normal import Normal

LARGEST = 12


@dataclass(frozen=True)
class GaussianQuadratic:
    """shift + linear . Z + Z^T matrix Z in independent standard normal Z; numbers, the matrix rational or 2 x 2."""

    shift: sp.Expr
    linear: sp.Matrix
    matrix: sp.Matrix

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        found: set[sp.Symbol] = self.shift.free_symbols | self.linear.free_symbols | self.matrix.free_symbols
        return found

    def log_ball(self) -> arb:
        """E log|A| at the working precision; nan where the constant c of the diagonal form is not proved to be other than 0."""
        spectrum = self.spectrum()
        constant = evaluate(self.shift)
        for part in spectrum:
            constant -= part.weight / (4 * part.value) if part.value != 0 else arb(0)
        if constant > 0:
            return ray_integral(constant, spectrum)
        if constant < 0:
            return ray_integral(-constant, [part.reversed for part in spectrum])
        return arb.nan()

    def spectrum(self) -> list[Part]:
        """Eigenvalue by eigenvalue, the part of the linear form that lies in its space."""
        values = self.eigenvalues()
        size = self.matrix.rows
        matrix = arb_mat([[evaluate(entry) for entry in self.matrix.row(i)] for i in range(size)])
        vector = arb_mat([[evaluate(entry)] for entry in self.linear])
        parts = []
        for place, (value, multiplicity) in enumerate(values):
            projected = vector
            for other, (excluded, _) in enumerate(values):
                if other != place:
                    projected = (matrix * projected - projected * excluded) * (1 / (value - excluded))
            weight = (vector.transpose() * projected)[0, 0]
            parts.append(Part(value, multiplicity, weight.nonnegative_part() if weight.is_finite() else weight))
        return parts

    def eigenvalues(self) -> list[tuple[arb, int]]:
        """The distinct eigenvalues, 0 exact, with their multiplicities."""
        poly = sp.Poly(self.matrix.charpoly().as_expr(), self.matrix.charpoly().gen)
        if all(c.is_Rational for c in poly.all_coeffs()):
            _, factors = integer_poly(poly).factor()
            return [
                (root_ball(RealRoot(factor, index)), power)
                for factor, power in factors
                for index in range(factor.degree())
            ]
        return planar_eigenvalues(sp.expand(self.matrix.trace()), sp.expand(self.matrix.det()))


def planar_eigenvalues(trace: sp.Expr, determinant: sp.Expr) -> list[tuple[arb, int]]:
    if determinant == 0:
        return [(evaluate(trace), 1), (arb(0), 1)]
    discriminant = sp.expand(trace**2 - 4 * determinant)
    if discriminant == 0:
        return [(evaluate(trace / 2), 2)]
    middle, half = evaluate(trace / 2), evaluate(discriminant).sqrt() / 2
    return [(middle + half, 1), (middle - half, 1)]


@dataclass(frozen=True)
class Part:
    """An eigenvalue, its multiplicity, the square of the linear form's part in its space."""

    value: arb
    multiplicity: int
    weight: arb

    @property
    def reversed(self) -> Part:
        return Part(-self.value, self.multiplicity, self.weight)


def root_ball(root: RealRoot) -> arb:
    return ball_of(root.enclose(ctx.prec))


def gaussian_quadratic(factor: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> GaussianQuadratic | None:
    """The factor as a quadratic polynomial of standard normal variables, where it is one that is solved here.

    >>> x, y = sp.symbols("x y", real=True)
    >>> form = gaussian_quadratic(1 + x * y, {x: Normal(0, 1), y: Normal(1, 2)})
    >>> form.shift, list(form.linear), list(form.matrix)
    (1, [1, 0], [0, 1, 1, 0])
    """
    drawn = [symbol for symbol in laws if symbol in factor.free_symbols]
    normals = [laws[symbol] for symbol in drawn]
    if len(drawn) > LARGEST or not factor.is_polynomial(*drawn) or sp.Poly(factor, *drawn).total_degree() != 2:
        return None
    table = {}
    for symbol, law in zip(drawn, normals, strict=True):
        if not isinstance(law, Normal):
            return None
        table[symbol] = law.mean + law.std * symbol
    poly = sp.Poly(sp.expand(factor.xreplace(table)), *drawn)
    return checked(poly, drawn)


def checked(poly: sp.Poly, drawn: Sequence[sp.Symbol]) -> GaussianQuadratic | None:
    size = len(drawn)
    matrix = sp.Matrix(size, size, lambda i, j: poly.coeff_monomial(drawn[i] * drawn[j]) / (1 if i == j else 2))
    if size > 2 and not all(entry.is_Rational for entry in matrix):
        return None
    linear = sp.Matrix([poly.coeff_monomial(symbol) for symbol in drawn])
    return GaussianQuadratic(poly.coeff_monomial(1), linear, matrix)


def ray_integral(constant: arb, spectrum: Sequence[Part]) -> arb:
    """Re int (exp(-t) - phi(t)) ds along t = exp(s + i pi/4), with bounds of what lies beyond both ends."""
    direction = acb(arb(2).sqrt() / 2, arb(2).sqrt() / 2)
    sine = arb(2).sqrt() / 2
    rate = constant.min(arb(1)) * sine
    low, small = lower_cut(constant, spectrum)
    high = ((arb(ctx.prec) * arb(2).log() + 5) / rate).log()
    beyond = (1 + size_bound(spectrum)) * (-rate * high.exp()).exp() / (rate * high.exp())

    def integrand(s: acb, analytic: bool) -> acb:
        t = s.exp() * direction
        return (-t).exp() - characteristic(t, constant, spectrum, analytic)

    total = contour(integrand, low, high)
    remainder = small + beyond
    return total + arb(0, remainder.upper()) if remainder.is_finite() else arb.nan()


def characteristic(t: acb, constant: arb, spectrum: Sequence[Part], analytic: bool) -> acb:
    """phi(t), by principal roots: 1 - 2 i lambda t does not meet the negative axis on the ray."""
    exponent, total = acb(0, 1) * constant * t, acb(1)
    for part in spectrum:
        if part.value == 0:
            exponent -= part.weight * t * t / 2
            continue
        factor = 1 - acb(0, 2) * part.value * t
        root = factor.rsqrt(analytic=analytic)
        total *= root**part.multiplicity
        exponent += acb(0, 1) * part.weight * t / (4 * part.value * factor)
    return total * exponent.exp()


def lower_cut(constant: arb, spectrum: Sequence[Part]) -> tuple[arb, arb]:
    """-S, and a bound of the integral below it.

    With G = |c| + sum (2 n_j |lambda_j| + w_j/(2 |lambda_j|)) + w_0/2 and |t| <= 1, |2 lambda_j t| <= 1/2 the logarithm of
    phi(t) is at most G |t|; for G |t| <= 1/2 both exponentials differ from 1 by at most 2 (G + 1) |t| together.
    """
    total = arb(1) + abs(constant)
    for part in spectrum:
        size = abs(part.value)
        total += (
            part.weight / 2 if part.value == 0 else 2 * part.multiplicity * size + part.weight / (2 * size) + 4 * size
        )
    start = -(arb(ctx.prec) * arb(2).log() + (2 * total).log() + 5)
    return start, 2 * (total + 1) * start.exp()


def size_bound(spectrum: Sequence[Part]) -> arb:
    """B with |phi(t)| <= B exp(-c |t| sin(pi/4)) on the ray.

    |1 - 2 i lambda t| is at least 1 for lambda > 0 and at least cos(pi/4) for lambda < 0.
    """
    total, cosine = arb(1), arb(2).sqrt() / 2
    for part in spectrum:
        if not part.value >= 0:
            total *= cosine ** (-arb(part.multiplicity) / 2)
            total *= (part.weight / (4 * part.value**2) * (1 / cosine - 1) / 2).exp()
    return total
