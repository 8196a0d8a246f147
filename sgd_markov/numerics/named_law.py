"""The law of an expression of independent variables, seen as an affine image of a family.

Users write one law in many ways: a power of a uniform variable is a beta variable, its logarithm an exponential one,
a quotient of gamma variables beta-prime. Here an expression becomes shift + factor * X with X of a standard family
(scale 1, the interval [0, 1]), by rules each of which is an identity in law:

    U^(1/t) ~ Beta(t, 1)                        exp(-t E) ~ Beta(1/t, 1)            -log B ~ E/t, B ~ Beta(t, 1)
    B_(a,b) B_(a+b,c) ~ B_(a,b+c)               B_(a,b) G_(a+b) ~ G_a               G_a + G_b ~ G_(a+b)
    G_a/G_b ~ BetaPrime(a, b)                   1/B_(a,b) ~ 1 + BetaPrime(b, a)     1/BetaPrime(a, b) ~ BetaPrime(b, a)
    B/(1 - B) ~ BetaPrime(a, b)                 P/(1 + P) ~ Beta(a, b)              G_a/(G_a + G_b) ~ Beta(a, b)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp

from ..laws.arcsine import Arcsine
from ..laws.beta import Beta
from ..laws.beta_prime import BetaPrime
from ..laws.cauchy import Cauchy
from ..laws.gamma import Gamma
from ..laws.inverse_gamma import InverseGamma
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.semicircle import Semicircle
from ..laws.signs import sign
from ..laws.uniform import Uniform
from .stable_sums import as_gamma
from .vanishing import same

Laws = Mapping[sp.Symbol, Law]
ZERO, ONE, HALF = sp.Integer(0), sp.Integer(1), sp.Rational(1, 2)


@dataclass(frozen=True)
class Named:
    """shift + factor X with X of the standard law `law`; the factor is not 0 and may be of either sign."""

    law: Law
    shift: sp.Expr = ZERO
    factor: sp.Expr = ONE
    positive: tuple[sp.Expr, ...] = ()
    """What symbols leave open and has been taken to be positive."""

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Named:
        """shift + factor * this."""
        return upright(replace(self, shift=sp.expand(shift + factor * self.shift), factor=factor * self.factor))

    def given(self, *sources: Named, extra: tuple[sp.Expr, ...] = ()) -> Named:
        """The same under all that the sources, and this step, have assumed."""
        return replace(self, positive=(*(p for s in sources for p in s.positive), *self.positive, *extra))

    @property
    def is_standard(self) -> bool:
        return same(self.shift, ZERO) and same(self.factor, ONE)

    @property
    def is_centred(self) -> bool:
        return same(self.shift, ZERO)


def upright(found: Named) -> Named:
    """A beta variable with a positive factor where the sign is known: 1 - Beta(a, b) is Beta(b, a)."""
    if isinstance(found.law, Beta) and sign(found.factor) == -1:
        turned = Beta(found.law.beta, found.law.alpha)
        return replace(found, law=turned, shift=sp.expand(found.shift + found.factor), factor=-found.factor)
    if isinstance(found.law, Normal | Cauchy) and sign(found.factor) == -1:
        return replace(found, factor=-found.factor)
    return found


def direction(factor: sp.Expr) -> tuple[int, tuple[sp.Expr, ...]]:
    """The sign of a factor that is not 0, and what has to be positive for it: nothing where the sign is known.

    >>> t = sp.Symbol("t", real=True)
    >>> direction(sp.Integer(-2)), direction(-3 * t)
    ((-1, ()), (-1, (3*t,)))
    """
    known = sign(factor)
    if known in (1, -1):
        return known, ()
    way = -1 if factor.could_extract_minus_sign() else 1
    return way, (way * factor,)


def centred(found: Named | None) -> Named | None:
    """The variable as factor * X without a shift, 1 - Beta(a, b) turned round where that is needed; None if it has one."""
    if found is None or found.is_centred:
        return found
    if isinstance(found.law, Beta) and same(found.shift, -found.factor):
        return replace(found, law=Beta(found.law.beta, found.law.alpha), shift=ZERO, factor=-found.factor)
    return None


def standard(law: Law) -> Named:
    """A law of `laws` by its standard member; a law without one stands for itself.

    >>> standard(Uniform(2, 5))
    Named(law=Beta(alpha=1, beta=1), shift=2, factor=3, positive=())
    """
    if isinstance(law, Uniform):
        return Named(Beta(1, 1), law.low, law.high - law.low)
    if isinstance(law, Arcsine):
        return Named(Beta(HALF, HALF), law.low, law.high - law.low)
    if isinstance(law, Semicircle):
        return Named(Beta(3 * HALF, 3 * HALF), law.centre - law.radius, 2 * law.radius)
    if isinstance(law, Normal):
        return Named(Normal(0, 1), law.mean, law.std)
    if isinstance(law, Cauchy):
        return Named(Cauchy(0, 1), law.loc, law.scale)
    if isinstance(law, InverseGamma):
        return Named(InverseGamma(law.shape, 1), ZERO, law.scale)
    gamma = as_gamma(law)
    return Named(law) if gamma is None else Named(Gamma(gamma.shape, 1), ZERO, gamma.scale)


def named(expr: sp.Expr, laws: Laws) -> Named | None:
    """The expression, in independent variables with the given laws, as an affine image of a family; None if unknown.

    >>> u, t = sp.Symbol("u", real=True), sp.Symbol("t", positive=True)
    >>> named(2 - 3 * u ** (1 / t), {u: Uniform(0, 1)})
    Named(law=Beta(alpha=1, beta=t), shift=-1, factor=3, positive=())
    """
    if not expr.free_symbols & laws.keys():
        return None
    if expr in laws:
        return upright(standard(laws[expr]))
    shift, rest = expr.as_independent(*laws, as_Add=True)
    if shift != 0:
        return moved(named(rest, laws), shift, ONE)
    factor, rest = expr.as_independent(*laws, as_Add=False)
    if factor != 1:
        return moved(named(rest, laws), ZERO, factor)
    if expr.is_Add:
        return of_sum(expr, laws) or of_unfolded(expr, laws)
    if expr.is_Mul:
        return of_product(expr, laws) or of_unfolded(expr, laws)
    if expr.is_Pow and not expr.exp.free_symbols & laws.keys():
        return of_power(named(expr.base, laws), expr.exp)
    if isinstance(expr, sp.exp):
        return of_exponential(named(expr.args[0], laws))
    if isinstance(expr, sp.log):
        return of_logarithm(named(expr.args[0], laws))
    if isinstance(expr, sp.Abs):
        return of_modulus(named(expr.args[0], laws))
    return None


def moved(found: Named | None, shift: sp.Expr, factor: sp.Expr) -> Named | None:
    return None if found is None else found.affine(shift, factor)


def independent(parts: list[sp.Expr], laws: Laws) -> bool:
    """Do the parts share no variable?"""
    seen: set[sp.Symbol] = set()
    for part in parts:
        own = part.free_symbols & laws.keys()
        if own & seen:
            return False
        seen |= own
    return True


def of_sum(expr: sp.Expr, laws: Laws) -> Named | None:
    """Sums of independent gamma variables of one scale, of normal or of Cauchy variables; factored sums."""
    parts = list(sp.Add.make_args(expr))
    if not independent(parts, laws):
        return None
    total: Named | None = None
    for part in parts:
        one = named(part, laws)
        total = one if total is None or one is None else added(total, one)
        if total is None:
            return None
    return total


def added(first: Named, second: Named) -> Named | None:
    shift = first.shift + second.shift
    one, other = first.law, second.law
    if isinstance(one, Gamma) and isinstance(other, Gamma) and same(first.factor, second.factor):
        return Named(Gamma(one.shape + other.shape, 1), shift, first.factor).given(first, second)
    if isinstance(one, Normal) and isinstance(other, Normal):
        return Named(Normal(0, 1), shift, sp.sqrt(first.factor**2 + second.factor**2)).given(first, second)
    if isinstance(one, Cauchy) and isinstance(other, Cauchy):
        return Named(Cauchy(0, 1), shift, sp.Abs(first.factor) + sp.Abs(second.factor)).given(first, second)
    return None


def of_product(expr: sp.Expr, laws: Laws) -> Named | None:
    """Products of independent factors that stay in a family, two at a time in any order."""
    parts = list(sp.Mul.make_args(expr))
    if not independent(parts, laws):
        return None
    factors = [named(part, laws) for part in parts]
    known = [factor for factor in factors if factor is not None]
    if len(known) != len(factors):
        return None
    while len(known) > 1:
        for i, j in ((i, j) for i in range(len(known)) for j in range(len(known)) if i != j):
            found = multiplied(known[i], known[j])
            if found is not None:
                known = [f for k, f in enumerate(known) if k not in (i, j)] + [found]
                break
        else:
            return None
    return known[0]


def multiplied(first: Named, second: Named) -> Named | None:
    """The product of two independent variables where a family holds it."""
    one, other = centred(first), centred(second)
    law = None if one is None or other is None else product_law(one.law, other.law)
    if one is None or other is None or law is None:
        return None
    return upright(Named(law, ZERO, one.factor * other.factor).given(one, other))


def product_law(one: Law, other: Law) -> Law | None:
    if isinstance(one, Beta) and isinstance(other, Beta) and same(one.total, other.alpha):
        return Beta(one.alpha, sp.expand(one.beta + other.beta))
    if isinstance(one, Beta) and isinstance(other, Gamma) and same(one.total, other.shape):
        return Gamma(one.alpha, 1)
    if isinstance(one, Gamma) and isinstance(other, InverseGamma):
        return BetaPrime(one.shape, other.shape)
    return None


def of_power(base: Named | None, power: sp.Expr) -> Named | None:
    """B_(a,1)^p ~ B_(a/p,1) for p > 0; 1/X; squares of normal variables."""
    if base is not None and power == -1:
        return reciprocal(base)
    base = centred(base)
    if base is None:
        return None
    law = base.law
    if isinstance(law, Beta) and same(law.beta, ONE) and sign(base.factor) == 1:
        way, assumed = direction(power)
        root = Named(Beta(law.alpha / (way * power), 1), ZERO, base.factor ** (way * power)).given(base, extra=assumed)
        return root if way == 1 else reciprocal(root)
    if isinstance(law, Normal) and power in (2, -2):
        square = Named(Gamma(HALF, 1), ZERO, 2 * base.factor**2).given(base)
        return square if power == 2 else reciprocal(square)
    return None


def reciprocal(found: Named) -> Named | None:
    """1/X."""
    if isinstance(found.law, BetaPrime) and same(found.shift, found.factor):
        return Named(Beta(found.law.beta, found.law.alpha), ZERO, 1 / found.factor).given(found)
    bare = centred(found)
    if bare is None:
        return None
    law, factor = bare.law, 1 / bare.factor
    if isinstance(law, Beta):
        return Named(BetaPrime(law.beta, law.alpha), factor, factor).given(found)
    if isinstance(law, BetaPrime):
        return Named(BetaPrime(law.beta, law.alpha), ZERO, factor).given(found)
    if isinstance(law, Cauchy):
        return Named(law, ZERO, factor).given(found)
    if isinstance(law, Gamma):
        return Named(InverseGamma(law.shape, 1), ZERO, factor).given(found)
    return Named(Gamma(law.shape, 1), ZERO, factor).given(found) if isinstance(law, InverseGamma) else None


def of_exponential(exponent: Named | None) -> Named | None:
    """exp(-t E) ~ Beta(1/t, 1) for an exponential variable E; exp(t E) is its reciprocal."""
    if exponent is None or not isinstance(exponent.law, Gamma) or not same(exponent.law.shape, ONE):
        return None
    way, assumed = direction(exponent.factor)
    power = Named(Beta(1 / (way * exponent.factor), 1)).given(exponent, extra=assumed)
    return moved(power if way == -1 else reciprocal(power), ZERO, sp.exp(exponent.shift))


def of_logarithm(argument: Named | None) -> Named | None:
    """log(c B_(a,1)) ~ log c - E/a; log of c times the reciprocal likewise."""
    if argument is None:
        return None
    law, bare = argument.law, centred(argument)
    if bare is not None and isinstance(bare.law, Beta) and same(bare.law.beta, ONE) and sign(bare.factor) == 1:
        return Named(Gamma(1, 1), sp.log(bare.factor), -1 / bare.law.alpha).given(bare)
    if sign(argument.factor) != 1:
        return None
    if isinstance(law, BetaPrime) and same(argument.shift, argument.factor) and same(law.alpha, ONE):
        return Named(Gamma(1, 1), sp.log(argument.factor), 1 / law.beta).given(argument)
    return None


def of_modulus(inner: Named | None) -> Named | None:
    """|X| of a variable that is not negative, or not positive."""
    inner = centred(inner)
    if inner is None or not isinstance(inner.law, Gamma | Beta | BetaPrime):
        return None
    way, assumed = direction(inner.factor)
    return replace(inner, factor=way * inner.factor).given(extra=assumed)


def of_unfolded(expr: sp.Expr, laws: Laws) -> Named | None:
    """B/(1 - B), P/(1 + P), G_a/(G_a + G_b) and what algebra turns into them: one variable in top and bottom."""
    top, bottom = sp.fraction(sp.together(expr))
    if not bottom.free_symbols & laws.keys():
        factored = sp.factor_terms(expr)
        return of_product(factored, laws) if factored.is_Mul and factored != expr else None
    drawn = sorted(expr.free_symbols & laws.keys(), key=str)
    if not all(part.is_polynomial(*drawn) for part in (top, bottom)):
        return None
    if len(drawn) == 1:
        return moebius(top, bottom, drawn[0], laws)
    return share(top, bottom, drawn, laws) if len(drawn) == 2 else None


def moebius(top: sp.Expr, bottom: sp.Expr, u: sp.Symbol, laws: Laws) -> Named | None:
    """(p u + q)/(r u + t) = p/r + (q - p t/r)/(r u + t)."""
    if max(sp.degree(top, u), sp.degree(bottom, u)) != 1 or sp.degree(bottom, u) != 1:
        return None
    (p, q), (r, t) = ((sp.Poly(part, u).nth(1), sp.Poly(part, u).nth(0)) for part in (top, bottom))
    below = named(r * u + t, laws)
    return None if below is None else moved(reciprocal(below), p / r, sp.cancel(q - p * t / r))


def share(top: sp.Expr, bottom: sp.Expr, drawn: list[sp.Symbol], laws: Laws) -> Named | None:
    """(p G_a + q G_b)/(G_a + G_b), scales equal: q + (p - q) Beta(a, b)."""
    if any(sp.Poly(part, *drawn).total_degree() != 1 for part in (top, bottom)):
        return None
    above, below = sp.Poly(top, *drawn), sp.Poly(bottom, *drawn)
    if above.coeff_monomial(1) != 0 or below.coeff_monomial(1) != 0:
        return None
    first, second = (named(below.coeff_monomial(s) * s, laws) for s in drawn)
    if first is None or second is None or not isinstance(first.law, Gamma) or not isinstance(second.law, Gamma):
        return None
    if not same(first.factor, second.factor) or not (first.is_centred and second.is_centred):
        return None
    p, q = (sp.cancel(above.coeff_monomial(s) / below.coeff_monomial(s)) for s in drawn)
    return Named(Beta(first.law.shape, second.law.shape)).given(first, second).affine(q, p - q)
