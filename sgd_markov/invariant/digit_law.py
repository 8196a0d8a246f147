"""Affine contractions whose images share at most end points: Cantor laws, digit measures, biased coins."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import InvalidInput
from ..numerics.affine_frame import AffineStep, Frame, StandardForm, finite_steps, standard_form
from ..numerics.contractions import Contraction, Contractions, proved
from ..numerics.exact_numbers import number
from ..numerics.neat import neat
from ..numerics.self_similar_cdf import enclosed, exact_value
from ..numerics.self_similar_distance import mean_distance
from ..numerics.self_similar_quantile import quantile
from ..proof import Identity, Positive, Step
from .affine_form import UNIQUE, affine_steps
from .affine_law import SELF_SIMILAR, AffineLaw, conjugation, names
from .stationary_law import Kind, Place, StationaryLaw

MOST_STEPS = 40
"""Maps whose images are compared in the proof one by one; a longer list is compared by its smallest gap."""


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = M_i w + B_i with probability p_i, where the images of the hull of the attractor share at most end points.

    The distribution function F(w) = sum_i p_i F((w - B_i)/M_i) then has one open term at every place, so that it is
    exact where the digits of w are periodic, and of any precision elsewhere. The law is singular unless it is uniform.
    """
    affine = affine_steps(chain, effort)
    steps = None if affine is None else finite_steps(affine.pairs())
    form = None if steps is None else standard_form(steps)
    if affine is None or steps is None or form is None or not form.maps.touches_at_most:
        return None
    low, high = form.range
    evidence = singularity(form.maps)
    return DigitLaw(
        family=family(form.maps),
        state=chain.state,
        affine=affine,
        form=form,
        singular=bool(evidence),
        parameters={**ratio(form.maps), "low": low, "high": high},
        hypotheses=form.frame.hypotheses,
        proof=(*invariance(steps, form), *evidence),
        cite=("hutchinson1981", "geronimo1989", "vervaat1979"),
    )


def family(maps: Contractions) -> str:
    """The Cantor law for two equal thirds; a Cantor type law with other gaps; digits where the images fill the hull."""
    thirds = len(maps.maps) == 2 and maps.equal_weights and all(abs(c.slope) == sp.Rational(1, 3) for c in maps.maps)
    if thirds:
        return "Cantor"
    return "self-similar on an interval" if maps.tiles else "Cantor type"


def singularity(maps: Contractions) -> tuple[Step, ...]:
    """The step that proves the law singular: its support is a null set, or its dimension is below 1.

    Empty where neither is proved: without gaps and with symbols in the probabilities the uniform law may be meant.
    """
    if not maps.tiles:
        lengths = sp.Add(*(abs(c.slope) for c in maps.maps))
        return (Positive("The images of the hull cover less than its length, so that the attractor is a null set", 1 - lengths, {}),)
    gain = maps.contraction_rate - maps.entropy
    if gain.free_symbols or proved_sign(gain) != 1:
        return ()
    return (Positive("The entropy of a step is below its contraction, so that the dimension is below 1", gain, {}),)


def ratio(maps: Contractions) -> dict[str, sp.Expr]:
    return {} if maps.common_slope is None else {"ratio": maps.common_slope}


def invariance(steps: tuple[AffineStep, ...], form: StandardForm) -> tuple[Step, ...]:
    """The maps are the chain's, their images lie apart in the hull, and such maps have one invariant law."""
    maps, (low, high) = form.maps, form.maps.hull
    first, last = maps.in_order[0], maps.in_order[-1]
    proof: list[Step] = [
        *conjugation(steps, form),
        fixed_end("The hull begins where its first image does", first, low if first.orientation > 0 else high, low),
        fixed_end("The hull ends where its last image does", last, high if last.orientation > 0 else low, high),
    ]
    gaps = maps.gaps if len(maps.gaps) <= MOST_STEPS else (min(maps.gaps),)
    for gap in gaps:
        touching = proved(gap) == 0
        proof.append(Identity("Neighbours touch", gap, sp.Integer(0)) if touching else Positive("Neighbours are apart", gap, {}))
    return (*proof, SELF_SIMILAR, UNIQUE)


def fixed_end(why: str, contraction: Contraction, end: sp.Expr, image: sp.Expr) -> Step:
    """m e + b = e': a map carries one end of the hull to the other or to itself."""
    m, b, before, after = names("m b e e'")
    given = {m: contraction.slope, b: contraction.offset, before: end, after: image}
    values = f"m = {contraction.slope}, b = {contraction.offset}, e = {end}, e' = {image}"
    return Identity(f"{why}: {values}", m * before + b, after, given=given)


def scaled(found: Enclosure, unit: sp.Expr) -> Enclosure:
    """A positive rational multiple."""
    size = Fraction(int(unit.p), int(unit.q))
    return Enclosure(size * found.lower, size * found.upper)


@dataclass(frozen=True, kw_only=True)
class DigitLaw(AffineLaw):
    """The invariant law of contractions whose images of the hull share at most end points."""

    form: StandardForm
    singular: bool

    @property
    def maps(self) -> Contractions:
        return self.form.maps

    @property
    def frame(self) -> Frame:
        return self.form.frame

    @property
    def kind(self) -> Kind:
        """Singular where that is proved; the uniform law, p_i = |M_i| without gaps, is another family."""
        return Kind.SINGULAR if self.singular else Kind.UNKNOWN

    def description(self) -> str:
        return r"w \overset{d}{=} \sum_{n\ge0} M_0\cdots M_{n-1}B_n"

    @property
    def bounds(self) -> tuple[sp.Expr, sp.Expr]:
        return self.form.range

    @property
    def symmetry_centre(self) -> sp.Expr | None:
        return neat(sp.Add(*self.bounds) / 2) if self.maps.is_symmetric else None

    def special_mean(self, of: sp.Expr, effort: Effort) -> Number | None:
        """E|a + b w| by self-similarity, for rational maps and places."""
        w = self.state[0]
        if not isinstance(of, sp.Abs) or not of.args[0].is_polynomial(w) or sp.degree(of.args[0], w) != 1:
            return None
        line = sp.Poly(of.args[0], w)
        unit = sp.Abs(line.LC() * self.frame.unit)
        place = self.frame.place(sp.cancel(-line.nth(0) / line.LC()))
        found = mean_distance(self.maps, place, effort)
        if found is None or not found.is_point:
            return None if found is None or not unit.is_Rational else Number(None, scaled(found, unit), effort.digits)
        return number(unit * sp.Rational(found.middle), effort, f"E[{of}]")

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        """From the digits of the place, exactly where they become periodic."""
        place = self.frame.place(at)
        found = exact_value(self.maps, place, effort)
        if found is not None:
            return number(found, effort, "the distribution function")
        self.require_probabilities()
        return Number(None, enclosed(self.maps, place, effort), effort.digits)

    def require_probabilities(self) -> None:
        names = ", ".join(sorted(map(str, self.maps.free_symbols)))
        if names:
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the digits of this place never end")

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """From the digits of the level where it and all probabilities are rational, else by bisection."""
        self.require_probabilities()
        self.frame.place(self.frame.origin)
        if level.is_Rational and 0 < level < 1 and all(c.probability.is_Rational for c in self.maps.maps):
            return quantile(self.form, level, effort)
        return super().quantile(level, effort)

    def side(self, at: sp.Expr, level: sp.Expr, effort: Effort) -> int | None:
        """On a gap of the support the level may be reached before: the smallest place is meant."""
        found = super().side(at, level, effort)
        return 1 if found == 0 else found

    def dimension(self, effort: Effort) -> Number:
        """Entropy over exponent, by the open set condition (Geronimo and Hardin 1989)."""
        return number(self.maps.entropy / self.maps.contraction_rate, effort, "the dimension")
