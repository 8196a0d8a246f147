"""Affine contractions whose images overlap: Bernoulli convolutions and their kin."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ..answer.number import Number
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, bits_for, enclosure, precision
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from ..numerics.affine_frame import AffineStep, StandardForm, finite_steps, standard_form
from ..numerics.contractions import Contractions
from ..numerics.exact_numbers import number
from ..numerics.golden_entropy import golden_entropy
from ..numerics.neat import neat
from ..numerics.overlapping_distance import mean_distance
from ..numerics.pisot import integer_polynomial, is_garsia, is_pisot
from ..numerics.product_description import product_description
from ..numerics.self_similar_cdf import enclosed, exact_value, exact_walk
from ..numerics.vanishing import same
from ..proof import Cited, Identity, Positive, Step
from .affine_form import UNIQUE, affine_steps
from .affine_law import SELF_SIMILAR, AffineLaw, conjugation, names
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = M_i w + B_i with probability p_i, where images of the hull of the attractor overlap.

    The law has no atoms and is of pure type (Jessen and Wintner 1935). It is proved to be singular where entropy is
    below contraction, or for two values with |rho| the reciprocal of a Pisot number (Erdos 1939); to have a density for
    two equally likely values with |rho| the reciprocal of a Garsia number (Garsia 1962); else the type is left open.
    """
    affine = affine_steps(chain, effort)
    steps = None if affine is None else finite_steps(affine.pairs())
    form = None if steps is None else standard_form(steps)
    if affine is None or steps is None or form is None or form.maps.touches_at_most:
        return None
    low, high = form.range
    slope = form.maps.common_slope
    pure, evidence = pure_type(form.maps)
    return OverlappingLaw(
        family=family(form.maps),
        state=chain.state,
        affine=affine,
        steps=steps,
        form=form,
        pure=pure,
        parameters={**({} if slope is None else {"ratio": slope}), "low": low, "high": high},
        hypotheses=form.frame.hypotheses,
        proof=(*invariance(steps, form), *evidence),
        cite=sources(form.maps, evidence),
    )


def sources(maps: Contractions, evidence: tuple[Step, ...]) -> tuple[str, ...]:
    """The keys of what the law rests on; of the golden ratio also where its dimension comes from."""
    dimension = ("alexanderzagier1991", "lalley1998") if is_golden(maps) else ()
    proved = (step.key for step in evidence if isinstance(step, Cited))
    return tuple(dict.fromkeys(("hutchinson1981", "jessenwintner1935", *proved, *dimension)))


def family(maps: Contractions) -> str:
    if not (len(maps.maps) == 2 and maps.common_slope is not None):
        return "self-similar with overlaps"
    return "Bernoulli convolution" if maps.equal_weights else "biased Bernoulli convolution"


def invariance(steps: tuple[AffineStep, ...], form: StandardForm) -> tuple[Step, ...]:
    """The maps in standard form are the chain's; contractions with probabilities have one invariant law."""
    return (*conjugation(steps, form), SELF_SIMILAR, UNIQUE)


def pure_type(maps: Contractions) -> tuple[Kind, tuple[Step, ...]]:
    """The type of the law as far as it is proved, with the steps."""
    gain = maps.contraction_rate - maps.entropy
    if not gain.free_symbols and proved_sign(gain) == 1:
        step = Positive("The entropy of a step is below its contraction, so that the dimension is below 1", gain, {})
        return Kind.SINGULAR, (step,)
    slope = maps.common_slope
    if slope is None or len(maps.maps) != 2 or not slope.is_algebraic:
        return Kind.UNKNOWN, ()
    inverse = neat(1 / abs(slope))
    if is_pisot(inverse):
        return Kind.SINGULAR, (
            root_of_polynomial(inverse),
            Cited(
                "All its conjugates lie inside the unit circle: it is a Pisot number, and the characteristic function does not "
                "tend to 0 (for a biased coin its modulus is larger still)",
                r"\limsup_{t\to\infty}\left|\mathbb Ee^{itw}\right|>0",
                "erdos1939",
            ),
        )
    if maps.equal_weights and is_garsia(inverse):
        return Kind.DENSITY, (
            root_of_polynomial(inverse),
            Cited(
                "It is an algebraic integer of norm 2 all of whose conjugates lie outside the unit circle: the law has a "
                "bounded density",
                r"\pi(dw)=f(w)\,dw,\quad f\le C",
                "garsia1962",
            ),
        )
    return Kind.UNKNOWN, ()


def root_of_polynomial(inverse: sp.Expr) -> Step:
    """The reciprocal of the ratio as a root of its minimal polynomial."""
    poly = integer_polynomial(inverse)
    assert poly is not None
    (x,) = names("x,")
    value = sp.Add(*(int(c) * x**k for k, c in enumerate(poly.coeffs())))
    return Identity(f"The reciprocal x = {inverse} of the ratio is an algebraic integer", value, sp.Integer(0), given={x: inverse})


@dataclass(frozen=True, kw_only=True)
class OverlappingLaw(AffineLaw):
    """The invariant law of contractions whose images overlap."""

    steps: tuple[AffineStep, ...]
    form: StandardForm
    pure: Kind

    @property
    def kind(self) -> Kind:
        return self.pure

    def description(self) -> str:
        if self.form.maps.common_slope is not None:
            return product_description(self.steps)
        return r"w \overset{d}{=} \sum_{n\ge0} M_0\cdots M_{n-1}B_n"

    @property
    def bounds(self) -> tuple[sp.Expr, sp.Expr]:
        return self.form.range

    @property
    def symmetry_centre(self) -> sp.Expr | None:
        return neat(sp.Add(*self.bounds) / 2) if self.form.maps.is_symmetric else None

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        """Exactly where the orbit of the place is finite (Pisot ratios), else by the tree of words with equal places merged."""
        place = self.form.frame.place(at)
        if self.form.maps.free_symbols:
            names = ", ".join(sorted(map(str, self.form.maps.free_symbols)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the distribution function is numeric")
        if self.form.maps.is_symmetric and proved_sign(place - sum(self.form.maps.hull) / 2) == 0:
            return number(sp.S.Half, effort, "the distribution function")
        found = exact_value(self.form.maps, place, effort)
        if found is not None:
            return number(found, effort, "the distribution function")
        return Number(None, enclosed(self.form.maps, place, effort), effort.digits)

    def special_mean(self, of: sp.Expr, effort: Effort) -> Number | None:
        """E|a + b w| by self-similarity, where equal places are told: maps and place in one number field."""
        w, maps, frame = self.state[0], self.form.maps, self.form.frame
        if not isinstance(of, sp.Abs) or not of.args[0].is_polynomial(w) or sp.degree(of.args[0], w) != 1 or maps.free_symbols:
            return None
        line = sp.Poly(of.args[0], w)
        found = exact_walk(maps, frame.place(sp.cancel(-line.nth(0) / line.LC())))
        if found is None:
            return None
        distance = mean_distance(maps, *found, effort.with_digits(effort.digits + 1))
        with precision(bits_for(effort.digits) + 80):
            result = enclosure(abs(evaluate(line.LC() * frame.unit)) * ball_of(distance))
        if not result.reaches(effort.digits):
            raise Inconclusive(f"E[{of}]: the images of the attractor overlap, too many places stay open", result)
        return Number(None, result, effort.digits)

    def dimension(self, effort: Effort) -> Number:
        """Of the golden ratio: Garsia's entropy over log phi; 1 where there is a density; else not known."""
        if not is_golden(self.form.maps):
            return super().dimension(effort)
        golden = (1 + sp.sqrt(5)) / 2

        def dimension() -> arb:
            with precision(3 * ctx.prec // 2 + 40):  # the linear system loses a third of the bits
                return golden_entropy(effort.digits + 1) / evaluate(sp.log(golden))

        found = refine(dimension, effort, "the dimension of the golden ratio")
        return Number(None, found, effort.digits)


def is_golden(maps: Contractions) -> bool:
    """Two equally likely values with |rho| = (sqrt(5) - 1)/2?"""
    slope = maps.common_slope
    return slope is not None and len(maps.maps) == 2 and maps.equal_weights and same(slope**2 + abs(slope), sp.Integer(1))
