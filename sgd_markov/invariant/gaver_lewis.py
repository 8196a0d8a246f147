"""w' = rho w + B with B now and then 0: exponential, gamma and Laplace laws (Gaver and Lewis 1980)."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.exponential import Exponential
from ..laws.gamma import Gamma
from ..laws.laplace import Laplace
from ..laws.law import Law
from ..numerics.named_law import direction, named
from ..numerics.neat import neat
from ..numerics.vanishing import same
from ..proof import Definition, Identity, Step
from .affine_form import UNIQUE, FixedMultiplier, affine_steps, fixed_multiplier
from .affine_law import kept
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """B = m + a sum of innovations of one kind, independent of one another:

    * 0 with probability rho, else s times a standard exponential variable: w - m/(1 - rho) is gamma with the number of
      innovations as shape, exponential for one;
    * 0 with probability rho^2, else s times a standard Laplace variable, a single one: Laplace.

    Also a mixture of gamma laws of integer shape with the weights of such a sum. Proof: f(t) = f(rho t) E exp(i t B).
    """
    affine = affine_steps(chain, effort)
    form = None if affine is None else fixed_multiplier(affine)
    if form is None or not form.terms or form.rho == 0:
        return None
    parts = [innovation(term) for term in form.terms]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or not all(part.alike(known[0]) for part in known):
        return None
    if known[0].symmetric and len(known) > 1:
        return None
    return law_of(chain, form, known)


@dataclass(frozen=True)
class Innovation:
    """shift + scale X: X is 0 with weights[0], gamma of shape j with weights[j]; or Laplace with weights[1] (symmetric)."""

    shift: sp.Expr
    scale: sp.Expr
    symmetric: bool
    weights: dict[int, sp.Expr] = field(default_factory=dict)
    positive: tuple[sp.Expr, ...] = ()

    @property
    def shape(self) -> int:
        return max(self.weights)

    def alike(self, other: Innovation) -> bool:
        """May the two be added within one family?"""
        return self.symmetric == other.symmetric and same(self.scale, other.scale)

    def transform(self, t: sp.Expr) -> sp.Expr:
        """E exp(i t scale X)."""
        one = 1 / (1 + (self.scale * t) ** 2) if self.symmetric else 1 / (1 - sp.I * self.scale * t)
        return sp.Add(*(p * one**j for j, p in self.weights.items()))


def innovation(term: tuple[Component, ...]) -> Innovation | None:
    """One term of B as an innovation; None where it has another form."""
    atoms = [c for c in term if not c.laws]
    if len(atoms) != 1 or len(term) < 2:
        return None
    shift, scale, symmetric, weights = atoms[0].values[0], None, None, {0: atoms[0].probability}
    positive: tuple[sp.Expr, ...] = ()
    for component in term:
        if component is atoms[0]:
            continue
        found = named(component.values[0], component.laws)
        if found is None:
            return None
        if isinstance(found.law, Laplace):
            middle, size, order = found.shift + found.factor * found.law.mean, found.factor * found.law.scale, 1
        elif isinstance(found.law, Gamma) and found.law.shape.is_Integer and found.law.shape <= 16:
            middle, size, order = found.shift, found.factor * found.law.scale, int(found.law.shape)
        else:
            return None
        kind = isinstance(found.law, Laplace)
        if order in weights or not same(middle, shift) or (scale is not None and not (kind == symmetric and same(size, scale))):
            return None
        scale, symmetric, positive = size, kind, (*positive, *found.positive)
        weights[order] = component.probability
    assert scale is not None and symmetric is not None
    return Innovation(shift, scale, symmetric, weights, positive)


def law_of(chain: Chain, form: FixedMultiplier, parts: list[Innovation]) -> StationaryLaw | None:
    """The law of the family, if the innovations have the weights that it needs."""
    t = sp.Symbol("t", real=True)
    rho, first = form.rho, parts[0]
    for part in parts:
        if not same(part.transform(t), transform(part, t, part.shape) / transform(part, rho * t, part.shape)):
            return None
    condition = form.contraction
    shape = sum(part.shape for part in parts)
    middle = neat(form.shift + sp.Add(*(part.shift for part in parts)))
    centre = neat(middle / (1 - rho))
    way, positive = direction(first.scale)
    positive = tuple(dict.fromkeys((*positive, *(p for part in parts for p in part.positive))))
    scale = way * first.scale
    law: Law
    if first.symmetric:
        law = Laplace(centre, scale)
    else:
        law = image(Exponential(1) if shape == 1 else Gamma(shape, 1), centre, scale, way)
    return Elementary(
        family="Laplace" if first.symmetric else "exponential" if shape == 1 else "gamma",
        state=chain.state,
        law=law,
        parameters={"origin": centre, "scale": first.scale, **({} if shape == 1 else {"shape": sp.Integer(shape)})},
        hypotheses=(condition, *(Hypothesis(f"{p} > 0", "assumed") for p in positive)),
        proof=invariance(rho, middle, centre, parts),
        cite=("gaverlewis1980", "vervaat1979"),
    )


def transform(part: Innovation, t: sp.Expr, shape: int) -> sp.Expr:
    """The characteristic function of the stationary law of the family about its origin."""
    return 1 / (1 + (part.scale * t) ** 2) if part.symmetric else (1 - sp.I * part.scale * t) ** -shape


def invariance(rho: sp.Expr, middle: sp.Expr, centre: sp.Expr, parts: list[Innovation]) -> tuple[Step, ...]:
    t, f = sp.Symbol("t", real=True), sp.Symbol("f")
    shape = sum(part.shape for part in parts)
    whole = transform(parts[0], t, shape)
    noise = sp.Mul(*(part.transform(t) for part in parts))
    weights = [sp.Add(*part.weights.values()) for part in parts]
    return (
        Identity("The weights of an innovation", sp.Add(*weights) / len(weights), sp.Integer(1)),
        Definition("The characteristic function about the origin of the law", f, whole),
        Identity("One step keeps it: f(t) = f(rho t) E exp(i t B)", whole, sp.factor(whole.subs(t, rho * t) * noise)),
        kept("The origin", rho, centre, middle),
        UNIQUE,
    )
