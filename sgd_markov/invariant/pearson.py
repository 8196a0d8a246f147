"""Diffusions whose stationary density f has f'/f = (linear)/(quadratic) in the state: the Pearson families."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.diffusion import Component
from ..engines.zero_flux_proof import SOURCES, flux_steps, stated
from ..laws.affine_image import image
from ..laws.beta import Beta
from ..laws.beta_prime import BetaPrime
from ..laws.gamma import Gamma
from ..laws.inverse_gamma import InverseGamma
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.student import Student
from ..laws.uniform import Uniform
from ..numerics.diffusion_pieces import Piece
from ..numerics.signs_of_symbols import known_sign
from ..numerics.tidy import tidy
from ..proof import Step
from ..proof.radicals import is_zero
from .elementary import Elementary
from .stationary_law import StationaryLaw


@dataclass(frozen=True)
class Member:
    """A law of a family, with the parameters that a reader would name."""

    family: str
    law: Law
    parameters: dict[str, sp.Expr]


def recognise(diffusion: Diffusion, component: Component, effort: Effort) -> StationaryLaw | None:
    """The stationary law on the component where it is normal, exponential, gamma, beta, uniform, beta-prime (F),
    inverse gamma or Student's (`pearson1895`), all up to affine change of the state, parameters symbolic.

    f'/f = (2 b - C')/C is reduced first, so that dw = w (r - k w) dt + s w dB is found to be gamma.
    Proof: C' + C (log f)' = 2 b for the law's own density f, its logarithm multiplied out, by exact simplification.
    """
    w, piece = diffusion.variable, component.pieces[0]
    smooth = len(component.pieces) == 1 and piece.drift.is_rational_function(w)
    found = member(piece, w, component) if smooth else None
    if found is None:
        return None
    return Elementary(
        family=found.family,
        state=diffusion.state,
        law=found.law,
        parameters=found.parameters,
        hypotheses=stated(component),
        proof=invariance(piece, w, found.law),
        cite=("pearson1895", *SOURCES),
    )


def invariance(piece: Piece, w: sp.Symbol, law: Law) -> tuple[Step, ...]:
    """The steps that show that the law is stationary, from its own density."""
    density = law.density(w)
    assert density is not None
    return flux_steps([piece], [sp.expand_log(sp.log(density), force=True)], w)


def member(piece: Piece, w: sp.Symbol, component: Component) -> Member | None:
    """The family by the reduced quotient f'/f, or None where it is none of them."""
    slope = sp.cancel((2 * piece.drift - sp.diff(piece.variance, w)) / piece.variance)
    top, bottom = (sp.Poly(part, w) for part in sp.fraction(slope))
    if top.degree() > 1 or bottom.degree() > 2:
        return None
    if bottom.degree() == 2:
        return over_quadratic(top, bottom, w, component)
    return over_linear(top, bottom, component) if bottom.degree() == 1 else over_constant(top, bottom, component)


def over_constant(top: sp.Poly, bottom: sp.Poly, component: Component) -> Member | None:
    """f = exp(a w^2/2 + b w): normal on the line, exponential on a half-line, uniform between two ends."""
    a, b = (sp.factor(top.nth(k) / bottom.nth(0)) for k in (1, 0))
    low, high = component.low, component.high
    if low.is_infinite and high.is_infinite:
        mean, variance = sp.cancel(-b / a), sp.cancel(-1 / a)
        return Member("normal", Normal(mean, sp.sqrt(variance)), {"mean": mean, "variance": variance})
    if a != 0:
        return None
    if low.is_finite and high.is_finite:
        return Member("uniform", Uniform(low, high), {"low": low, "high": high}) if b == 0 else None
    side = 1 if low.is_finite else -1
    end, scale = (low, -1 / b) if side == 1 else (high, 1 / b)
    return placed("exponential", Gamma(sp.Integer(1), scale), end, sp.Integer(1), side, {"mean": scale})


def over_linear(top: sp.Poly, bottom: sp.Poly, component: Component) -> Member | None:
    """f = |w - e|^p exp(q w): gamma beyond e."""
    q = sp.cancel(top.nth(1) / bottom.nth(1))
    end = sp.cancel(-bottom.nth(0) / bottom.nth(1))
    p = sp.factor(top.eval(end) / bottom.nth(1))
    side = side_of(end, component)
    if side is None:
        return None
    shape, scale = neat(p + 1), sp.cancel(-1 / (side * q))
    return placed("gamma", Gamma(shape, scale), end, sp.Integer(1), side, {"shape": shape, "scale": scale})


def side_of(end: sp.Expr, component: Component) -> int | None:
    """1 where the component is (end, oo), -1 where it is (-oo, end)."""
    if component.high == sp.oo and component.low.is_finite and is_zero(component.low - end):
        return 1
    return -1 if component.low == -sp.oo and component.high.is_finite and is_zero(component.high - end) else None


def over_quadratic(top: sp.Poly, bottom: sp.Poly, w: sp.Symbol, component: Component) -> Member | None:
    two, one, none = (bottom.nth(k) for k in (2, 1, 0))
    discriminant = sp.factor(one**2 - 4 * two * none)
    sign = known_sign(discriminant)
    if sign == 0:
        return double_root(top, sp.cancel(-one / (2 * two)), two, component)
    if sign == -1:
        whole = component.low == -component.high == -sp.oo
        return no_root(top, sp.cancel(-one / (2 * two)), sp.factor(-discriminant / (4 * two**2)), two) if whole else None
    ends = [end for end in (component.low, component.high) if end.is_finite]
    if sign is None or not ends or any(not is_zero(bottom.eval(end)) for end in ends):
        return None
    return two_roots(top, bottom, ends, component)


def two_roots(top: sp.Poly, bottom: sp.Poly, ends: list[sp.Expr], component: Component) -> Member | None:
    """f = |w - e1|^p1 |w - e2|^p2: beta between the roots, beta-prime beyond them."""
    total = sp.cancel(-bottom.nth(1) / bottom.nth(2))
    near = ends[0]
    far = ends[1] if len(ends) == 2 else sp.cancel(total - near)
    slope = bottom.diff()
    p, q = (sp.factor(sp.cancel(top.eval(root) / slope.eval(root))) for root in (near, far))
    if len(ends) == 2:
        law = Beta(neat(p + 1), neat(q + 1))
        return placed("beta", law, near, sp.cancel(far - near), 1, {"alpha": law.alpha, "beta": law.beta})
    side = side_of(near, component)
    assert side is not None
    alpha, beta = neat(p + 1), neat(-p - q - 1)
    return placed(
        "beta-prime", BetaPrime(alpha, beta), near, sp.cancel(side * (near - far)), side, {"alpha": alpha, "beta": beta}
    )


def double_root(top: sp.Poly, root: sp.Expr, two: sp.Expr, component: Component) -> Member | None:
    """f = |w - e|^p exp(-q/(w - e)): inverse gamma beyond e."""
    side = side_of(root, component)
    if side is None:
        return None
    p, q = sp.cancel(top.nth(1) / two), sp.cancel(top.eval(root) / two)
    shape, scale = neat(-p - 1), side * q
    return placed(
        "inverse gamma", InverseGamma(shape, scale), root, sp.Integer(1), side, {"shape": shape, "scale": scale}
    )


def no_root(top: sp.Poly, centre: sp.Expr, square: sp.Expr, two: sp.Expr) -> Member | None:
    """f = ((w - m)^2 + c^2)^p: Student's law; None with an arcus tangent in the exponent (Pearson's fourth type)."""
    if not is_zero(top.eval(centre)):
        return None
    df = sp.factor(-top.nth(1) / two - 1)
    scale = sp.sqrt(sp.factor(square / df))
    return Member("Student", Student(df, centre, scale), {"df": df, "loc": centre, "scale": scale})


def neat(expr: sp.Expr) -> sp.Expr:
    """The shorter of the factored and the expanded form."""
    forms = (sp.expand(sp.cancel(expr)), tidy(expr))
    return min(forms, key=sp.count_ops)


def placed(family: str, base: Law, end: sp.Expr, stretch: sp.Expr, side: int, parameters: dict[str, sp.Expr]) -> Member:
    """end + side * stretch * X, with its place among the parameters unless it is the standard one."""
    if not (is_zero(end) and side == 1 and stretch == 1):
        parameters = {**parameters, "from": end, "to": end + side * stretch}
    return Member(family, image(base, end, stretch, side), parameters)
