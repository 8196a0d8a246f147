"""Linear fractional chains that fix a point s: v = 1/(w - s) is an affine chain, and w has the law of s + 1/v."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Draw
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive
from ..laws.affine_image import AffineImage, image
from ..laws.beta_prime import BetaPrime
from ..laws.inverse_gamma import InverseGamma
from ..laws.law import Law
from ..numerics.linear_fractional import LinearFractional, linear_fractional
from ..numerics.named_law import Named, direction, reciprocal, standard
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Identity, Step
from .catalogue import stationary_law
from .elementary import Elementary
from .perpetuity_form import positivity
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w = s + 1/v where every step fixes s, and the affine chain of v has a stationary law whose reciprocal is known.

    Gamma v make inverse gamma w, beta-prime v beta-prime w, Cauchy v Cauchy w, beta v shifted beta-prime w. The point
    mass at s is stationary too; `place`, or a domain of the state that excludes s, says that it is not meant.
    """
    if chain.dimension != 1 or chain.draw.batch_size != 1:
        return None
    w = chain.state[0]
    found = linear_fractional(chain.one_sample_map[0], w)
    fixed = None if found is None else fixed_point(found, chain)
    if found is None or fixed is None:
        return None
    v = sp.Dummy("v", real=True)
    inverse = conjugate(found, fixed, v, chain)
    law = None if inverse is None else law_of(inverse, effort)
    turned = None if law is None else reciprocal(as_named(law.law))
    if inverse is None or law is None or turned is None:
        return None
    way, assumed = direction(turned.factor)
    shift = tidy(fixed + turned.shift)
    require_place(chain, place, fixed, turned.law.name)
    image_law = image(turned.law, shift, way * turned.factor, way)
    return Elementary(
        family=turned.law.name,
        state=chain.state,
        law=image_law,
        parameters={**named_parameters(turned), "shift": shift, "scale": turned.factor},
        hypotheses=(*law.hypotheses, *positivity((*turned.positive, *assumed))),
        proof=(*change(chain, found, fixed, inverse), *law.proof, *reciprocal_density(law, image_law, fixed)),
        unique=excludes(chain, fixed),
        cite=law.cite,
        tail=tail(turned, way),
    )


def fixed_point(found: LinearFractional, chain: Chain) -> sp.Expr | None:
    """The s that every step maps to itself: all coefficients of r s^2 + (t - p) s - q in the drawn symbols vanish."""
    s = sp.Dummy("s", real=True)
    drawn = (*chain.draw.data_symbols, *chain.draw.noise_symbols)
    equation = sp.expand(found.r * s**2 + (found.t - found.p) * s - found.q)
    parts: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(equation):
        steady, random = term.as_independent(*drawn, as_Add=False)
        parts[random] = parts.get(random, sp.Integer(0)) + steady
    moving = next((p for p in parts.values() if p.has(s)), None)
    for root in {} if moving is None else sp.roots(sp.Poly(moving, s)):
        if root.is_real is not False and all(same(p.subs(s, root), sp.Integer(0)) for p in parts.values()):
            return tidy(root)
    return None


def conjugate(found: LinearFractional, s: sp.Expr, v: sp.Symbol, chain: Chain) -> Chain | None:
    """The chain of v = 1/(w - s): v' = (r + (r s + t) v)/(p - s r), since s is fixed."""
    scale = sp.cancel(found.p - s * found.r)
    if scale == 0:
        return None
    step = sp.cancel(found.r / scale) + sp.cancel((found.r * s + found.t) / scale) * v
    return Chain(state=(v,), update=(step,), draw=Draw(noise=(*chain.draw.data, *chain.draw.noise)))


def law_of(inverse: Chain, effort: Effort) -> Elementary | None:
    """The stationary law of the affine chain, where it is a law with a density in closed form."""
    try:
        found = stationary_law(inverse, Place(), effort)
    except (HypothesisViolated, Inconclusive):
        return None
    return found if isinstance(found, Elementary) and found.law.has_density else None


def as_named(law: Law) -> Named:
    if isinstance(law, AffineImage):
        inner = standard(law.base)
        return inner.affine(law.shift, law.signed)
    return standard(law)


def named_parameters(found: Named) -> dict[str, sp.Expr]:
    law = found.law
    if isinstance(law, InverseGamma):
        return {"shape": law.shape}
    return {"alpha": law.alpha, "beta": law.beta} if isinstance(law, BetaPrime) else {}


def change(chain: Chain, found: LinearFractional, s: sp.Expr, inverse: Chain) -> tuple[Step, ...]:
    """The steps that s is fixed and that v' is what the affine chain says."""
    v = sp.Dummy("v", positive=True)
    w = chain.state[0]
    step = chain.one_sample_map[0]
    after = inverse.update[0].subs(inverse.state[0], v)
    return (
        Identity("Every step fixes the point s", sp.cancel(step.subs(w, s)), s),
        Identity("With w = s + 1/v, 1/(w' - s) is affine in v", (sp.together(step.subs(w, s + 1 / v)) - s) * after, sp.Integer(1)),
    )


def reciprocal_density(law: Elementary, turned: Law, s: sp.Expr) -> tuple[Step, ...]:
    """The density of s + 1/v."""
    x = sp.Dummy("x", positive=True)
    way = direction_of_support(law)
    before, after = law.law.density(way * x), turned.density(s + way / x)
    if before is None or after is None:
        return ()
    return (Identity("The density of s + 1/v, at v = x or -x", after / x**2, before),)


def direction_of_support(law: Elementary) -> int:
    return law.law.direction if isinstance(law.law, AffineImage) else 1


def require_place(chain: Chain, place: Place, s: sp.Expr, name: str) -> None:
    """Refuse where both the point mass at s and the law found may be meant."""
    w = chain.state[0]
    if excludes(chain, s):
        return
    if place.start is not None:
        if same(place.start[w], s):
            raise Inconclusive(f"the chain stays at {s}: ask for the point")
        return
    if place.within is not None and differs(place.within, s):
        return
    raise HypothesisViolated(
        "one stationary law is meant: give start or within", f"the point mass at {s}, which every step fixes, and the {name} law"
    )


def differs(within: tuple[sp.Expr, sp.Expr], s: sp.Expr) -> bool:
    low, high = within
    return bool((low - s).is_positive or (s - high).is_positive)


def excludes(chain: Chain, s: sp.Expr) -> bool:
    """Does the domain of the state leave out s?"""
    declared = chain.domain.get(chain.state[0])
    return (declared == "positive" and s.is_nonpositive is True) or (declared == "negative" and s.is_nonnegative is True)


def tail(found: Named, way: int) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """The index and constant of the reciprocal laws with a power tail on one side."""
    law, size = found.law, way * found.factor
    if isinstance(law, InverseGamma):
        constant = size**law.shape / sp.gamma(law.shape + 1)
        index = law.shape
    elif isinstance(law, BetaPrime):
        constant = size**law.beta / (law.beta * law.as_beta.normaliser)
        index = law.beta
    else:
        return None
    return (index, constant, sp.Integer(0)) if way == 1 else (index, sp.Integer(0), constant)


