"""w' = M w + (1 - M) x with x Cauchy and M random in [0, 1]: the law of x itself."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..effort import Effort
from ..laws.beta import Beta
from ..laws.cauchy import Cauchy
from ..laws.signs import sign
from ..numerics.named_law import Named, named
from ..numerics.tidy import tidy
from ..numerics.vanishing import differs_at_a_point, same
from ..proof import Identity
from .affine_form import UNIQUE, affine_steps
from .elementary import Elementary
from .perpetuity_form import positivity
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The Cauchy law of x, whatever the law of M in [0, 1], as long as M is independent of x.

    Proof: given M = m, the characteristic function of m w + (1 - m) x is exp(i l t - s |t|) for every m in [0, 1].
    """
    if chain.dimension != 1 or not any(isinstance(s.law, Cauchy) for s in (*chain.draw.data, *chain.draw.noise)):
        return None
    affine = affine_steps(chain, effort)
    if affine is None:
        return None
    components = [c for c in affine.pairs() if c.probability != 0]
    targets = [target(component) for component in components]
    first = targets[0]
    if first is None or any(t is None or not agrees(first, t) for t in targets):
        return None
    bounds = [within_unit(component) for component in components]
    if None in bounds or all(c.values[0].is_number and same(c.values[0], components[0].values[0]) for c in components):
        return None
    law = Cauchy(tidy(first.shift), tidy(first.factor))
    t = sp.Dummy("t", real=True)
    m = sp.Dummy("m", positive=True)
    cf = law.characteristic_function
    split = sp.exp(sp.I * law.loc * m * t - law.scale * m * sp.Abs(t)) * sp.exp(
        sp.I * law.loc * (1 - m) * t - law.scale * (1 - m) * sp.Abs(t)
    )
    return Elementary(
        family="Cauchy",
        state=chain.state,
        law=law,
        parameters={"loc": law.loc, "scale": law.scale},
        hypotheses=(*(h for bound in bounds for h in bound or ()), *positivity(first.positive)),
        proof=(
            *(matches(component) for component in components),
            Identity("Given M = m in [0, 1], the characteristic functions of m w and (1 - m) x multiply", split, cf(t)),
            Identity("The noise has the same law", cf(t), Cauchy(first.shift, first.factor).characteristic_function(t)),
            UNIQUE,
        ),
        cite=("vervaat1979",),
        tail=(sp.Integer(1), law.scale / sp.pi, law.scale / sp.pi),
    )


def noise_symbols(component: Component) -> list[sp.Symbol]:
    return [s for s, law in component.laws.items() if isinstance(law, Cauchy)]


def target(component: Component) -> Named | None:
    """x = B/(1 - M) as an affine image of a Cauchy variable, independent of M."""
    found = contracted_to(component)
    law = None if found is None else named(found, component.laws)
    return law if law is not None and isinstance(law.law, Cauchy) else None


def contracted_to(component: Component) -> sp.Expr | None:
    multiplier, offset = component.values
    noise = noise_symbols(component)
    if not noise or set(noise) & multiplier.free_symbols or not offset.is_polynomial(*noise):
        return None
    poly = sp.Poly(offset, *noise)
    if poly.total_degree() != 1:
        return None
    slopes = [ratio(poly.coeff_monomial(s), 1 - multiplier, component) for s in noise]
    rest = ratio(poly.coeff_monomial(1), 1 - multiplier, component)
    if rest is None or None in slopes:
        return None
    return sp.Add(rest, *(slope * s for slope, s in zip(slopes, noise, strict=True)))


def ratio(top: sp.Expr, bottom: sp.Expr, component: Component) -> sp.Expr | None:
    """top/bottom where it does not depend on what is drawn."""
    for form in (sp.cancel, sp.simplify):
        found = form(top / bottom)
        if not found.free_symbols & component.laws.keys():
            return found
        if any(differs_at_a_point(sp.diff(found, s)) for s in component.laws):
            return None
    return None


def agrees(first: Named, other: Named) -> bool:
    return same(first.shift, other.shift) and same(first.factor, other.factor)


def within_unit(component: Component) -> tuple[Hypothesis, ...] | None:
    """Is 0 <= M <= 1? With what has to be assumed; None where it is not so, or not known."""
    multiplier = component.values[0]
    if multiplier.free_symbols & component.laws.keys():
        law = named(multiplier, component.laws)
        if law is None or not isinstance(law.law, Beta):
            return None
        ends = (law.shift, law.shift + law.factor)
        held = all(inside(end) for end in ends)
        return tuple(positivity(law.positive)) if held else None
    if not multiplier.free_symbols:
        return () if inside(multiplier) else None
    return (Hypothesis(f"0 <= {tidy(multiplier)} <= 1", "assumed"),)


def inside(end: sp.Expr) -> bool:
    return sign(end) in (0, 1) and sign(1 - end) in (0, 1)


def matches(component: Component) -> Identity:
    """B = (1 - M) x with the x whose law is stated."""
    place = contracted_to(component)
    assert place is not None
    return Identity("What one step adds to M w is (1 - M) x", component.values[1], (1 - component.values[0]) * place)
