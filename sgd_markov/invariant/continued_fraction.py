"""w' = C/(y + w), y + C/w, C/(y_1 + C/(y_2 + w)), y_2 + C/(y_1 + C/w) with gamma y, up to shifts: generalised inverse Gaussian."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.gamma import Gamma
from ..laws.generalized_inverse_gaussian import GeneralizedInverseGaussian
from ..laws.law import Law
from ..laws.signs import sign
from ..numerics.linear_fractional import LinearFractional, linear_fractional
from ..numerics.named_law import Laws, Named, direction, named
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Argued, Cited, Definition, Identity, Step
from .integrated import Integrated
from .perpetuity_form import law_hypotheses, positivity
from .stationary_law import Place, StationaryLaw

ZERO, ONE = sp.Integer(0), sp.Integer(1)
V = sp.Dummy("V", positive=True)


@dataclass(frozen=True)
class Fraction:
    """w = place + way * V with V' = numerator/(first + V), or V' = 1/(second + 1/(first + V)); gamma first, second.

    `added`: w = place + way * U with U = first + V instead, so that U' = first + numerator/U, or first + 1/(second + 1/U).
    """

    place: sp.Expr
    way: int
    first: Named
    numerator: sp.Expr = ONE
    second: Named | None = None
    assumed: tuple[sp.Expr, ...] = ()
    added: bool = False

    @property
    def state_law(self) -> GeneralizedInverseGaussian:
        """Of V, or of U = first + V, which has the opposite order."""
        law = self.law
        return GeneralizedInverseGaussian(-law.order, law.a, law.b) if self.added else law

    @property
    def law(self) -> GeneralizedInverseGaussian:
        assert isinstance(self.first.law, Gamma)
        a = 2 / self.first.factor
        b = 2 * self.numerator / self.first.factor if self.second is None else 2 / self.second.factor
        return GeneralizedInverseGaussian(-self.first.law.shape, tidy(a), tidy(b))


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """V' = c/(V + y), y ~ Gamma(k, s): V ~ GIG(-k, 2/s, 2c/s), and V' = 1/(y_1 + 1/(y_2 + V)), y_i ~ Gamma(k, s_i):
    V ~ GIG(-k, 2/s_2, 2/s_1) (Letac and Seshadri 1983), GIG(k, a, b) of density x^(k-1) exp(-(a x + b/x)/2).
    U = y + V, with U' = y + c/U, and U = y_2 + V, with U' = y_2 + 1/(y_1 + 1/U) = y_2 + U/(1 + y_1 U), have the order k.

    Proof: V + y has the law GIG(k, a, b) by Laplace transforms, its reciprocal GIG(-k, b, a) by the density.
    """
    sources = (*chain.draw.data, *chain.draw.noise)
    if chain.dimension != 1 or chain.draw.batch_size != 1 or any(not isinstance(s.law, Law) for s in sources):
        return None
    found = linear_fractional(chain.one_sample_map[0], chain.state[0])
    laws = {s.symbols[0]: s.law for s in sources if isinstance(s.law, Law)}
    forms = (one_level, two_levels, one_level_added, two_levels_added)
    fraction = None if found is None else next((f for form in forms if (f := form(found, laws)) is not None), None)
    if fraction is None:
        return None
    law = fraction.state_law
    levels = [fraction.first, *([fraction.second] if fraction.second is not None else [])]
    return Integrated(
        family="generalized inverse Gaussian",
        state=chain.state,
        law=image(law, fraction.place, ONE, fraction.way),
        parameters={"order": law.order, "a": law.a, "b": law.b, "shift": fraction.place, "scale": sp.Integer(fraction.way)},
        hypotheses=(
            *(h for source in levels for h in (*positivity(source.positive), *law_hypotheses(source.law))),
            *positivity(fraction.assumed),
        ),
        proof=(*structure(fraction), *invariance(fraction, fraction.law)),
        cite=("letac1983",),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def one_level(found: LinearFractional, laws: Laws) -> Fraction | None:
    """A + C/(w + Y), A and C not random."""
    shift, pole = found.at_infinity, sp.cancel(found.t / found.r)
    numerator = sp.cancel((found.q - found.p * pole) / found.r)
    if (shift.free_symbols | numerator.free_symbols) & laws.keys():
        return None
    noise = named(sp.expand(pole + shift), laws)
    return of_one_gamma(shift, noise, numerator)


def two_levels(found: LinearFractional, laws: Laws) -> Fraction | None:
    """A + 1/(e + 1/(Y + w)): the image of infinity is A + 1/e, and -Y is what goes to A."""
    top = named(found.at_infinity, laws)
    if top is None:
        return None
    shift = top.shift
    p, q = found.p - shift * found.r, found.q - shift * found.t
    outer, inner = sp.cancel(found.r / p), sp.cancel(q / p)
    if not same(sp.cancel((found.t - outer * q) / p), ONE):
        return None
    return of_two_gammas(shift, sp.expand(inner + shift), outer, laws)


def one_level_added(found: LinearFractional, laws: Laws) -> Fraction | None:
    """A + Y + C/(w - A), A and C not random: A is the pole."""
    pole = sp.cancel(-found.t / found.r)
    numerator = sp.cancel((found.q + found.p * pole) / found.r)
    if (pole.free_symbols | numerator.free_symbols) & laws.keys():
        return None
    noise = named(sp.expand(found.at_infinity - pole), laws)
    return of_one_gamma(pole, noise, numerator, added=True)


def two_levels_added(found: LinearFractional, laws: Laws) -> Fraction | None:
    """A + X + 1/(Y + 1/(w - A)): the pole is A - 1/Y, and A goes to A + X."""
    pole = named(sp.cancel(found.t / found.r), laws)
    if pole is None:
        return None
    shift = -pole.shift
    below = found.t + shift * found.r
    inner = sp.cancel(found.r / below)
    outer = sp.expand(sp.cancel((found.q + shift * found.p) / below) - shift)
    if not same(sp.cancel(found.p / below), sp.expand((shift + outer) * inner + 1)):
        return None
    return of_two_gammas(shift, outer, inner, laws, added=True)


def of_one_gamma(place: sp.Expr, noise: Named | None, numerator: sp.Expr, *, added: bool = False) -> Fraction | None:
    """The fraction of one level, where the noise is a gamma variable from 0 on and the numerator is not known to be <= 0."""
    if noise is None or not isinstance(noise.law, Gamma) or not noise.is_centred or sign(numerator) in (-1, 0):
        return None
    (way, assumed), (ahead, more) = direction(noise.factor), direction(numerator)
    if ahead != 1:
        return None
    return Fraction(place, way, noise.affine(ZERO, sp.Integer(way)), numerator, None, (*assumed, *more), added=added)


def of_two_gammas(place: sp.Expr, own: sp.Expr, other: sp.Expr, laws: Laws, *, added: bool = False) -> Fraction | None:
    """The fraction of two levels, where both are independent gamma variables of the same shape on the same side of 0."""
    first, second = named(own, laws), named(other, laws)
    if first is None or second is None or (own.free_symbols & other.free_symbols & laws.keys()):
        return None
    if not all(isinstance(n.law, Gamma) and n.is_centred for n in (first, second)):
        return None
    (way, assumed), (same_way, more) = direction(first.factor), direction(second.factor)
    if way != same_way or not same(first.law.shape, second.law.shape):  # type: ignore[attr-defined]
        return None
    turn = sp.Integer(way)
    levels = first.affine(ZERO, turn), second.affine(ZERO, turn)
    return Fraction(place, way, levels[0], ONE, levels[1], (*assumed, *more), added=added)


def structure(fraction: Fraction) -> tuple[Step, ...]:
    """The affine change of the state, with the gamma variables written y, or y_1 and y_2."""
    y, y1, y2 = sp.symbols("y y_1 y_2", positive=True, cls=sp.Dummy)
    shift, way = fraction.place, fraction.way
    if fraction.added:
        return added_structure(fraction, y1, y2)
    if fraction.second is None:
        before = shift + fraction.numerator / ((way * y - shift) + (shift + way * V))
        return (Identity("The affine change of the state, y gamma", before, shift + way * fraction.numerator / (y + V)),)
    before = shift + 1 / (way * y1 + 1 / ((way * y2 - shift) + (shift + way * V)))
    return (Identity("The affine change of the state, y_1 and y_2 gamma", before, shift + way / (y1 + 1 / (y2 + V))),)


def added_structure(fraction: Fraction, y1: sp.Symbol, y2: sp.Symbol) -> tuple[Step, ...]:
    """The same with w = shift + way * U and U = y_2 + V."""
    u = sp.Dummy("U", positive=True)
    shift, way = fraction.place, fraction.way
    state = shift + way * u
    if fraction.second is None:
        before = shift + way * y2 + fraction.numerator / (state - shift)
        after = shift + way * (y2 + fraction.numerator / u)
    else:
        before = shift + way * y2 + 1 / (way * y1 + 1 / (state - shift))
        after = shift + way * (y2 + 1 / (y1 + 1 / u))
    return (
        Identity("The affine change of the state, y_1 and y_2 gamma", before, after),
        Argued(
            "V = the fraction behind y_2 has the law that the next steps keep, and U = y_2 + V the one that the first of them names",
            r"U\overset{d}{=}y_2+V",
        ),
    )


def invariance(fraction: Fraction, law: GeneralizedInverseGaussian) -> tuple[Step, ...]:
    """`law` is kept: one stage for each level of the fraction."""
    if fraction.second is None:
        stages = stage(law, fraction.first, fraction.numerator, law)
    else:
        between = GeneralizedInverseGaussian(law.order, law.b, law.a)
        stages = (*stage(law, fraction.first, ONE, between), *stage(between, fraction.second, ONE, law))
    s = sp.Dummy("s", positive=True)
    any_member = GeneralizedInverseGaussian(*sp.symbols("k a b", positive=True, cls=sp.Dummy))
    return (
        Definition("The Laplace transform of GIG(k, a, b)", sp.Dummy(r"\mathbb{E}e^{-sV}"), any_member.laplace(s)),
        Cited("The Bessel function is even in its order", r"K_{-k}=K_k", "dlmf"),
        *stages,
        Cited(
            "The random continued fraction converges, so that the law is unique",
            r"V=\cfrac{1}{y_1+\cfrac{1}{y_2+\cdots}}",
            "letac1983",
        ),
    )


def stage(
    before: GeneralizedInverseGaussian, noise: Named, numerator: sp.Expr, after: GeneralizedInverseGaussian
) -> tuple[Step, ...]:
    """numerator/(V + y) has the law `after` for V of the law `before` and y of the law `noise`."""
    s, x = sp.symbols("s x", positive=True, cls=sp.Dummy)
    bessel = sp.Function("K")
    law = noise.law
    assert isinstance(law, Gamma)
    middle = GeneralizedInverseGaussian(-before.order, before.a, before.b)

    def even(expr: sp.Expr) -> sp.Expr:
        """K_k as a function of its argument alone: the order is that of `before`, up to its sign."""
        return expr.replace(
            lambda e: isinstance(e, sp.besselk) and e.args[0] in (before.order, -before.order), lambda e: bessel(e.args[1])
        )

    gamma_transform = (1 + s * law.scale * noise.factor) ** (-law.shape)
    return (
        Identity("V + y is GIG of the opposite order", even(before.laplace(s)) * gamma_transform, even(middle.laplace(s))),
        Identity(
            "and the density of its reciprocal, times the numerator, is that of the next stage",
            even(middle.density(numerator / x)) * numerator / x**2,
            even(after.density(x)),
        ),
    )
