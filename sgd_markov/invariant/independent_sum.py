"""w' = rho w + B with B a sum of independent terms, each of which alone leads to a known law: the convolution of the laws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import acb, arb

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import refine
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, bits_for, enclosure, precision
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain
from ..engines.transform_inversion import Inversion, NoiseTransform
from ..errors import Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.stationary_moments import stationary_moments
from ..proof import Cited, Identity, Step
from .affine_form import affine_steps, drawn_symbols, fixed_multiplier, independent_terms
from .affine_law import AffineLaw, exact_end
from .catalogue import RECOGNISERS, recognised_by
from .stationary_law import Kind, Place, StationaryLaw

OTHERS = ("absence", "point_mass", "moments_only", "moments_several", "independent_sum")
"""Recognisers that do not name the law of a summand."""
MOST_TERMS = 8


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w = w_1 + ... + w_k in law, w_i independent and stationary for w_i' = rho w_i + B_i, where B = B_1 + ... + B_k."""
    affine = affine_steps(chain, effort)
    if affine is None or affine.multiplier.free_symbols & drawn_symbols(affine):
        return None
    alone = summands(chain, affine)
    if not 2 <= len(alone) <= MOST_TERMS:
        return None
    parts = [known_law(part, effort) for part in alone]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    return SumLaw(
        family=" + ".join(sorted(part.family for part in known)),
        state=chain.state,
        affine=affine,
        parts=tuple(known),
        hypotheses=tuple(dict.fromkeys(h for part in known for h in part.hypotheses)),
        proof=invariance(known),
        cite=tuple(dict.fromkeys((*(key for part in known for key in part.cite), "davies1973"))),
    )


def summands(chain: Chain, affine: AffineChain) -> list[Chain]:
    """One chain for each independent random term of B; the first keeps what is not random."""
    terms = independent_terms(affine)
    random = [term for term in terms if term.free_symbols & drawn_symbols(affine)]
    certain = sp.Add(*(term for term in terms if term not in random))
    if not random:
        return []
    return [part(chain, affine, term + (certain if i == 0 else 0)) for i, term in enumerate(random)]


def part(chain: Chain, affine: AffineChain, term: sp.Expr) -> Chain:
    """w' = rho w + term, drawn as in the whole chain."""
    (w,) = chain.state
    means = [(p, e) for p, e in affine.means if p in term.free_symbols]
    return Chain(
        state=chain.state,
        update=(affine.multiplier * w + term,),
        draw=affine.draw,
        means=tuple(p for p, _ in means),
        gradient=tuple(e for _, e in means),
    )


def known_law(chain: Chain, effort: Effort) -> StationaryLaw | None:
    """The law of one summand, where a recogniser other than the general ones knows it."""
    for name in RECOGNISERS:
        if name not in OTHERS:
            effort.check()
            found = recognised_by(name, chain, Place(), effort)
            if found is not None:
                return found
    return None


def invariance(parts: list[StationaryLaw]) -> tuple[Step, ...]:
    """The proofs of the parts, and that the product of their transforms is kept when each of them is."""
    count = len(parts)
    before, noise = sp.symbols(f"f1:{count + 1}"), sp.symbols(f"b1:{count + 1}")
    return (
        *(step for law in parts for step in law.proof),
        Identity(
            "With f_i(rho t) b_i(t) = f_i(t) for each part, b_i(t) = E exp(i t B_i), the product of the f_i is kept",
            sp.Mul(*(f * b for f, b in zip(before, noise, strict=True))),
            sp.Mul(*before) * sp.Mul(*noise),
        ),
        Cited(
            "Independent terms: the stationary law is the convolution",
            r"w\overset{d}{=}\sum_{n\ge0}\rho^nB_n=\sum_i\sum_{n\ge0}\rho^nB_{i,n}",
            "vervaat1979",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class SumLaw(AffineLaw):
    """The law of a sum of independent variables with the laws `parts`."""

    parts: tuple[StationaryLaw, ...]

    @property
    def kind(self) -> Kind:
        """A density as soon as one part has one; sums of singular laws may be of any type."""
        return Kind.DENSITY if any(part.kind is Kind.DENSITY for part in self.parts) else Kind.UNKNOWN

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]] | None:
        """The sum of the supports where each is one interval."""
        ends = [part.support for part in self.parts]
        if any(end is None or len(end) != 1 for end in ends):
            return None
        intervals = [end[0] for end in ends if end is not None]
        return [(total(low for low, _ in intervals), total(high for _, high in intervals))]

    def characteristic_function(self, t: sp.Symbol) -> sp.Expr | None:
        factors = [part.characteristic_function(t) for part in self.parts]
        return None if any(factor is None for factor in factors) else sp.Mul(*factors)

    def description(self) -> str:
        return r"\pi = " + r" * ".join(rf"\text{{{part.family}}}" for part in self.parts)

    def special_mean(self, of: sp.Expr, effort: Effort) -> Number | None:
        """E exp(a + b w) as the product over the parts; E cos and E sin of a + b w from the product of E exp(i b w_i)."""
        w = self.state[0]
        if not isinstance(of, sp.exp | sp.cos | sp.sin) or not of.args[0].is_polynomial(w) or sp.degree(of.args[0], w) != 1:
            return None
        line, more = sp.Poly(of.args[0], w), effort.with_digits(effort.digits + 5)
        rate, shift, what = line.nth(1), line.nth(0), f"E[{of}]"
        if isinstance(of, sp.exp):
            factors = [part.mean_of(sp.exp(rate * w), more) for part in self.parts]
            return product_number([sp.exp(shift), *factors], effort, what)
        real, imaginary = [[part.mean_of(f(rate * w), more) for part in self.parts] for f in (sp.cos, sp.sin)]
        if shift == 0 and all(n.exact == 0 for n in imaginary):
            return product_number([*real] if isinstance(of, sp.cos) else [sp.Integer(0)], effort, what)
        if shift.free_symbols or any(n.enclosure is None for n in (*real, *imaginary)):
            return None
        with precision(bits_for(effort.digits) + 60):
            turned = acb(evaluate(sp.cos(shift)), evaluate(sp.sin(shift)))
            for x, y in zip(real, imaginary, strict=True):
                turned *= acb(as_ball(x), as_ball(y))
            found = enclosure(turned.real if isinstance(of, sp.cos) else turned.imag)
        return reached(found, effort, what)

    @cached_property
    def inversion(self) -> Inversion | None:
        """The law by its characteristic function; None with symbols, without a closed transform of the noise."""
        form = fixed_multiplier(self.affine)
        if form is None or self.affine.multiplier.free_symbols or self.affine.draw.free_symbols - drawn_symbols(self.affine):
            return None
        transform = NoiseTransform(form.rho, form.shift, form.terms)
        middle = number(stationary_moments(self.affine.mixed_moment, 1)[1], Effort(), "the mean").enclosure
        if transform.formula is None or not transform.smooth or middle is None:
            return None
        centre = middle.middle.limit_denominator(1000)
        return Inversion(transform, exact_end(centre), lambda count: self.centred_moments(centre, count))

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        """By inversion of the characteristic function, where some noise makes it fall."""
        what = "the distribution function"
        if self.inversion is None or at.free_symbols:
            raise self.unknown(what)
        inversion = self.inversion
        return Number(None, refine(lambda: inversion.cdf(at), effort, what), effort.digits)

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        """By inversion, with a normal summand."""
        self.require_density()
        inversion = self.inversion
        if inversion is None or at.free_symbols or not inversion.has_normal:
            raise self.unknown("the density")
        return Number(None, refine(lambda: inversion.density(at), effort, "the density"), effort.digits)


def product_number(factors: Sequence[sp.Expr | Number], effort: Effort, what: str) -> Number:
    """The product, exact where all factors are."""
    exact = [factor.exact if isinstance(factor, Number) else factor for factor in factors]
    if all(factor is not None for factor in exact):
        return number(sp.Mul(*exact), effort, what)
    with precision(bits_for(effort.digits) + 60):
        result = arb(1)
        for factor in factors:
            result *= as_ball(factor) if isinstance(factor, Number) else evaluate(factor)
        found = enclosure(result)
    return reached(found, effort, what)


def as_ball(found: Number) -> arb:
    if found.exact is not None:
        return evaluate(found.exact)
    assert found.enclosure is not None
    return ball_of(found.enclosure)


def reached(found: Enclosure, effort: Effort, what: str) -> Number:
    if not found.reaches(effort.digits):
        raise Inconclusive(f"{what}: the digits asked for are not reached", found)
    return Number(None, found, effort.digits)


def total(ends: Iterable[sp.Expr]) -> sp.Expr:
    """The sum of lower or of upper ends, infinite as soon as one is."""
    listed = list(ends)
    infinite = [end for end in listed if end.is_infinite]
    return infinite[0] if infinite else sp.Add(*listed)
