"""w' = Y (w + c) with Y beta-prime: a beta-prime law, with an exact heavy tail."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.beta_prime import BetaPrime
from ..laws.signs import sign
from ..numerics.tidy import tidy
from ..proof import Cited, Definition, Identity, Step
from .affine_form import UNIQUE
from .elementary import Elementary
from .perpetuity_form import M, X, law_hypotheses, moved_to, oriented, positivity, single_branch
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = Y (w + f) + g, Y ~ BetaPrime(p, p + q), f and g constant: w = g + (f + g) X, X ~ BetaPrime(p, q).

    Proof: the Mellin transforms of Y and of 1 + X multiply to that of X (Chamayou and Letac 1991).
    """
    step = single_branch(chain, effort)
    if step is None or not step.is_steady:
        return None
    law = step.multiplier.law
    if not (step.multiplier.is_standard and isinstance(law, BetaPrime)):
        return None
    p, q = law.alpha, tidy(law.beta - law.alpha)
    if sign(q) in (-1, 0):
        return None
    unit, way, assumed = oriented(tidy(step.total))
    found = BetaPrime(p, q)
    return Elementary(
        family="beta-prime",
        state=chain.state,
        law=image(found, step.outer, unit, way),
        parameters={"alpha": p, "beta": q, "shift": step.outer, "scale": way * unit},
        hypotheses=(*positivity(step.multiplier.positive), *law_hypotheses(law, found), *assumed),
        proof=(moved_to(step, step.outer, way * unit, X, M * (X + 1)), *invariance(law, found)),
        cite=("chamayou1991",),
        tail=tail(found, unit, way),
    )


def tail(law: BetaPrime, unit: sp.Expr, way: int) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The density of X is x^(-q-1)/B(p, q) (1 + O(1/x)), so t^q P(unit X > t) tends to unit^q/(q B(p, q))."""
    constant = unit**law.beta / (law.beta * law.as_beta.normaliser)
    return (law.beta, constant, sp.Integer(0)) if way == 1 else (law.beta, sp.Integer(0), constant)


def mellin(law: BetaPrime, s: sp.Expr) -> sp.Expr:
    a, b = law.alpha, law.beta
    return sp.gamma(a + s) * sp.gamma(b - s) / (sp.gamma(a) * sp.gamma(b))


def invariance(multiplier: BetaPrime, law: BetaPrime) -> tuple[Step, ...]:
    """`law` is kept by X' = Y (X + 1), Y of the law `multiplier`."""
    s, x = sp.Dummy("s", real=True), sp.Dummy("x", positive=True)
    any_member = BetaPrime(*sp.symbols("a b", cls=sp.Dummy))
    p, q = law.alpha, law.beta
    of_one_more = BetaPrime(p, q - s).as_beta.normaliser / law.as_beta.normaliser
    return (
        Definition("The moments of BetaPrime(a, b) of real orders -a < s < b", sp.Dummy(r"\mathbb{E}X^s"), mellin(any_member, s)),
        Identity(
            "Those of 1 + X: its power turns the density into that of another member",
            (1 + x) ** s * law.density(x),
            BetaPrime(p, q - s).density(x) * of_one_more,
        ),
        Identity("One step keeps all moments: E Y^s E(1 + X)^s = E X^s", mellin(multiplier, s) * of_one_more, mellin(law, s)),
        Cited("They determine the law", r"\mathbb{E}X^s=\mathbb{E}e^{s\log X}\quad(-p<s<q)", "chamayou1991"),
        UNIQUE,
    )
