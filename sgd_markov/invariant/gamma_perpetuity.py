"""w' = M (w + e) and w' = M w + e with M beta and e gamma: gamma laws, by the beta-gamma algebra."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.beta import Beta
from ..laws.gamma import Gamma
from ..numerics.named_law import Named
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Cited, Definition, Identity, Step
from .affine_form import UNIQUE
from .elementary import Elementary
from .perpetuity_form import Branch, M, X, law_hypotheses, moved_to, oriented, positivity, single_branch
from .stationary_law import Place, StationaryLaw


@dataclass(frozen=True)
class Form:
    """w = place + scale * X, where X' = M (X + e) (`inside`) or X' = M X + e, e of a gamma law of scale 1."""

    place: sp.Expr
    noise: Named
    inside: bool

    def shape(self, multiplier: Beta) -> sp.Expr:
        return tidy(multiplier.alpha if self.inside else multiplier.total)


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """M ~ Beta(a, b), e ~ Gamma(b, s): X' = M (X + e) keeps Gamma(a, s) and X' = M X + e keeps Gamma(a + b, s).

    Proof: the Mellin transforms of M and of X + e, a gamma variable whose characteristic function is the product.
    """
    step = single_branch(chain, effort)
    form = None if step is None else form_of(step)
    if step is None or form is None:
        return None
    multiplier = step.multiplier.law
    if not (step.multiplier.is_standard and isinstance(multiplier, Beta) and isinstance(form.noise.law, Gamma)):
        return None
    if not same(multiplier.beta, form.noise.law.shape):
        return None
    scale, way, assumed = oriented(form.noise.factor)
    shape = form.shape(multiplier)
    e = sp.Dummy("e", real=True)
    named_step = Branch(step.probability, step.multiplier, *placed(step, form, way * scale * e), step.laws)
    moved = moved_to(named_step, form.place, way * scale, X, M * (X + e) if form.inside else M * X + e)
    return Elementary(
        family="gamma",
        state=chain.state,
        law=image(Gamma(shape, 1), form.place, scale, way),
        parameters={"shape": shape, "scale": way * scale, "shift": form.place},
        hypotheses=(*hypotheses(step, form, multiplier), *assumed),
        proof=(moved, *invariance(multiplier, form.noise.law, form.inside, shape)),
        cite=("vervaat1979", "letac1986"),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def form_of(step: Branch) -> Form | None:
    """Which of the two forms it is: the noise is inside the bracket, or outside of it."""
    inside, outside = step.is_random(step.inner), step.is_random(step.outer)
    if inside == outside:
        return None
    noise = step.law_of(step.total)
    if noise is None or not noise.is_centred:
        return None
    return Form(step.outer, noise, True) if inside else Form(-step.inner, noise, False)


def placed(step: Branch, form: Form, noise: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(inner, outer) with the random total written as `noise`."""
    return (noise - step.outer, step.outer) if form.inside else (step.inner, noise - step.inner)


def hypotheses(step: Branch, form: Form, multiplier: Beta) -> tuple[Hypothesis, ...]:
    return (*positivity((*step.multiplier.positive, *form.noise.positive)), *law_hypotheses(multiplier, form.noise.law))


def invariance(multiplier: Beta, noise: Gamma, inside: bool, shape: sp.Expr) -> tuple[Step, ...]:
    """Gamma(shape, 1) is kept by X' = M (X + e) (`inside`) or X' = M X + e."""
    t, p, k = sp.Dummy("t", real=True), sp.Dummy("p", positive=True), sp.Dummy("k", positive=True)
    before = tidy(shape + noise.shape) if inside else shape
    after = shape if inside else tidy(shape - noise.shape)
    transform = Gamma(before, noise.scale).characteristic_function
    powers = (
        Definition("The moments of a gamma law of shape k and scale 1, of every real order", sp.Dummy(r"\mathbb{E}X^p"), mellin(k, p)),
        Identity(
            f"Multiplied by M ~ Beta({multiplier.alpha}, {multiplier.beta}), a gamma variable of shape {before} has shape {after}",
            beta_mellin(multiplier, p) * mellin(before, p),
            mellin(after, p),
        ),
    )
    smaller = shape if inside else after
    total = Identity(
        "The sum of the independent gamma variables is gamma: characteristic functions multiply",
        Gamma(smaller, noise.scale).characteristic_function(t) * noise.characteristic_function(t),
        transform(t),
    )
    order = (total, *powers) if inside else (*powers, total)
    return (
        *order,
        Cited("The moments of real orders near 0 determine the law", r"\mathbb{E}X^p=\mathbb{E}e^{p\log X}", "letac1986"),
        UNIQUE,
    )


def mellin(shape: sp.Expr, p: sp.Expr) -> sp.Expr:
    return sp.gamma(shape + p) / sp.gamma(shape)


def beta_mellin(law: Beta, p: sp.Expr) -> sp.Expr:
    total = law.alpha + law.beta
    return sp.gamma(law.alpha + p) * sp.gamma(total) / (sp.gamma(law.alpha) * sp.gamma(total + p))
