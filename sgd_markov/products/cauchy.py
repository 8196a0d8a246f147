"""2 x 2 matrices affine in one Cauchy variable, whose Moebius maps keep a half-plane: the exponent is an eigenvalue.

M(x) = A + x B with real A, B and x ~ Cauchy(x0, s). Suppose that for Im x > 0 the Moebius map of M(x) maps the closed upper
half-plane into itself. With v = (i, 1) and u = (1, i) the function log|u^T M(x_n) ... M(x_1) v| is harmonic in every x_k
in the upper half-plane and grows like a logarithm, so its mean is its value at x_1 = ... = x_n = c = x0 + i s; and
|M_n ... M_1 v| <= |u^T M_n ... M_1 v| <= 2^(1/2) |M_n ... M_1 v|. Hence the top exponent is log of the spectral radius of M(c).

The half-plane is kept if S = A^T J B - B^T J A, J = ((0, 1), (-1, 0)), is semidefinite and det M(x) >= 0 for all real x:
for w = M(x) v, v = (z, 1), Im(w_1 conj w_2) = D(x) Im z - Im(x) v* S v/2 with D(x) = det M(Re x) + Im(x)^2 det B, where
det B >= 0 follows. If S >= 0 the variable is -x. No w is 0, as S is definite or det M has no zeros off the real line.
"""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..effort import Effort
from ..laws.cauchy import Cauchy
from ..numerics.exact_numbers import number
from .matrix_law import MatrixLaw
from .method import Method

J = sp.Matrix([[0, 1], [-1, 0]])
METHOD_NAME = "log|leading eigenvalue| at the complex point loc + i scale of the Cauchy law (Lloyd)"
KEPT = "the Moebius map of M(x) maps the upper half-plane into itself for Im x > 0 (proved)"


class CauchyVariable(Method):
    """The closed form of Lloyd's model and of its relatives."""

    warrants = (Warrant.EXACT,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        known = invariants(law)
        if known is None:
            return None
        found = number(leading_log_modulus(*known), effort, "the exponent")
        return Finding(Warrant.EXACT, METHOD_NAME, found.exact, found.enclosure, (Hypothesis(KEPT),), ("lloyd1969",))


Invariants = tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]
"""Real and imaginary part of the trace, and of the determinant, of M(loc + i scale)."""


def invariants(law: MatrixLaw) -> Invariants | None:
    """Those of M at the complex point of its Cauchy variable; None where the half-plane is not proved to be kept."""
    if law.size != 2 or len(law.components) != 1 or len(law.components[0].laws) != 1:
        return None
    ((symbol, variable),) = law.components[0].laws.items()
    parts = affine_parts(law.matrices[0], symbol) if isinstance(variable, Cauchy) else None
    if parts is None or not keeps_half_plane(*parts):
        return None
    return at_complex_point(*parts, variable.loc, variable.scale)  # type: ignore[attr-defined]


def at_complex_point(first: sp.Matrix, slope: sp.Matrix, loc: sp.Expr, scale: sp.Expr) -> Invariants:
    centre = first + loc * slope
    determinant = sp.expand(centre.det() - scale**2 * slope.det())
    return centre.trace(), scale * slope.trace(), determinant, sp.expand(scale * (centre * adjugate(slope)).trace())


def contraction_conditions(known: Invariants) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """Pairs (N, D), |N| < |D| for both exactly where the exponent is negative.

    The roots of r^2 - t r + d lie inside the unit circle iff |d| < 1 and |t - d conj t| < 1 - |d|^2 (Schur and Cohn).
    """
    trace, turn, determinant, twist = known
    square = determinant**2 + twist**2
    real, imaginary = trace * (1 - determinant) - twist * turn, turn * (1 + determinant) - twist * trace
    return (sp.expand(square), sp.Integer(1)), (sp.expand(real**2 + imaginary**2), sp.expand((1 - square) ** 2))


def affine_parts(matrix: sp.ImmutableMatrix, symbol: sp.Symbol) -> tuple[sp.Matrix, sp.Matrix] | None:
    """A and B with M = A + x B; None where M is not affine in x."""
    slope = matrix.diff(symbol).applyfunc(sp.expand)
    if symbol in slope.free_symbols:
        return None
    return matrix.subs(symbol, 0), slope


def keeps_half_plane(first: sp.Matrix, slope: sp.Matrix) -> bool:
    """Is S semidefinite and det(A + x B) >= 0 on the real line, and is no M(x) v = 0 off it: proved?"""
    form = (first.T * J * slope - slope.T * J * first).applyfunc(sp.expand).det()
    x = sp.Dummy("x", real=True)
    determinant = sp.Poly(sp.expand((first + x * slope).det()), x)
    if is_positive(form):
        return never_negative(determinant)
    return is_not_negative(form) and has_no_complex_zero(determinant)


def never_negative(determinant: sp.Poly) -> bool:
    if determinant.degree() <= 0:
        return is_not_negative(determinant.as_expr())
    return determinant.degree() == 2 and is_positive(determinant.LC()) and is_not_negative(-determinant.discriminant())


def has_no_complex_zero(determinant: sp.Poly) -> bool:
    """A positive constant, or a positive multiple of a square."""
    if determinant.degree() <= 0:
        return is_positive(determinant.as_expr())
    return determinant.degree() == 2 and sp.cancel(determinant.discriminant()) == 0 and is_positive(determinant.LC())


def is_positive(value: sp.Expr) -> bool:
    return value.is_positive is True if value.free_symbols else proved_sign(value) == 1


def is_not_negative(value: sp.Expr) -> bool:
    value = sp.factor(sp.expand(value))
    return value.is_nonnegative is True if value.free_symbols else proved_sign(value) in (0, 1)


def leading_log_modulus(trace: sp.Expr, turn: sp.Expr, determinant: sp.Expr, twist: sp.Expr) -> sp.Expr:
    """log of the larger |eigenvalue|, in real terms.

    With trace t and determinant D the eigenvalues have |r_1|^2 + |r_2|^2 = (|t|^2 + |t^2 - 4 D|)/2 and |r_1 r_2| = |D|.
    For D > 0, |r_1| + |r_2| = (|t - 2 D^(1/2)| + |t + 2 D^(1/2)|)/2.
    """
    if twist == 0 and is_positive(determinant):
        root = sp.sqrt(determinant)
        total = sum(sp.sqrt((trace + 2 * side * root) ** 2 + turn**2) for side in (1, -1)) / 2
        return sp.log((total + sp.sqrt(total**2 - 4 * determinant)) / 2)
    modulus = sp.sqrt(determinant**2 + twist**2)
    real, imaginary = (sp.factor(sp.expand(e)) for e in (trace**2 - turn**2 - 4 * determinant, 2 * trace * turn - 4 * twist))
    spread = sp.sqrt(sp.factor(sp.expand(real**2 + imaginary**2)))
    mean = (sp.expand(trace**2 + turn**2) + spread) / 4
    return sp.log(mean + sp.sqrt((mean - modulus) * (mean + modulus))) / 2


def adjugate(matrix: sp.Matrix) -> sp.Matrix:
    return sp.Matrix([[matrix[1, 1], -matrix[0, 1]], [-matrix[1, 0], matrix[0, 0]]])


METHOD = CauchyVariable()
