"""w' = U^(1/theta) (w + c): the generalised Dickman law."""

from __future__ import annotations

import sympy as sp

from ..answer.text import expression_latex
from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.beta import Beta
from ..laws.dickman import Dickman
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Cited, Definition, Identity, Step
from .affine_form import UNIQUE
from .integrated import Integrated
from .perpetuity_form import M, X, law_hypotheses, moved_to, oriented, positivity, single_branch
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = M (w + f) + g with M ~ Beta(theta, 1), f and g constant: w = g + (f + g) X, X of the Dickman law of theta.

    Proof: the Laplace transform phi of (f + g) X satisfies s^theta phi(s) = theta int_0^s r^(theta-1) exp(-c r) phi(r) dr.
    """
    step = single_branch(chain, effort)
    if step is None or not step.is_steady:
        return None
    multiplier = step.multiplier
    law = multiplier.law
    if not (multiplier.is_standard and isinstance(law, Beta) and same(law.beta, sp.Integer(1))):
        return None
    unit, way, assumed = oriented(tidy(step.total))
    return Integrated(
        family="Dickman",
        state=chain.state,
        law=image(Dickman(law.alpha), step.outer, unit, way),
        parameters={"theta": law.alpha, "shift": step.outer, "scale": way * unit},
        hypotheses=(*positivity(multiplier.positive), *law_hypotheses(law), *assumed),
        proof=(moved_to(step, step.outer, way * unit, X, M * (X + 1)), *invariance(law, law.alpha)),
        cite=("vervaat1979", "penrose2004"),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
        representation=series(law.alpha, step.outer, way * unit),
    )


def series(theta: sp.Expr, shift: sp.Expr, scale: sp.Expr) -> str:
    r"""The perpetuity w = shift + scale sum_n (U_1 ... U_n)^(1/theta).

    >>> series(sp.Integer(1), sp.Integer(0), sp.Integer(2))
    'w \\overset{d}{=} 2\\sum_{n\\ge1}U_1\\cdots U_n'
    """
    power = "" if theta == 1 else rf"^{{{expression_latex(1 / theta)}}}"
    product = r"U_1\cdots U_n" if theta == 1 else rf"\left(U_1\cdots U_n\right){power}"
    front = "" if shift == 0 else f"{expression_latex(shift)} + "
    factor = "" if scale == 1 else expression_latex(scale)
    factor = rf"\left({factor}\right)" if scale.is_Add or scale.could_extract_minus_sign() else factor
    return rf"w \overset{{d}}{{=}} {front}{factor}\sum_{{n\ge1}}{product}"


def invariance(multiplier: Beta, theta: sp.Expr) -> tuple[Step, ...]:
    """The law of X of parameter `theta` is kept by X' = M (X + 1), M of the law `multiplier`."""
    s, m = sp.symbols("s m", positive=True, cls=sp.Dummy)
    phi = sp.exp(-theta * (sp.expint(1, s) + sp.log(s) + sp.EulerGamma))
    density = sp.expand_func(multiplier.density(m))
    return (
        Definition("The Laplace transform of the law, by int_0^1 (1 - exp(-s x))/x dx = E_1(s) + log s + gamma", sp.Dummy("phi"), phi),
        Identity("The density of the multiplier is a power", density, theta * m ** (theta - 1)),
        Identity(
            "With r = s m, one step keeps it: s^theta phi(s) is the primitive of theta s^(theta-1) exp(-s) phi(s)",
            sp.Derivative(s**theta * phi, s),
            theta * s ** (theta - 1) * sp.exp(-s) * phi,
        ),
        Cited(
            "The exponent vanishes at 0, so that phi(0) = 1",
            r"E_1(s)+\log s+\gamma_E=\int_0^s\frac{1-e^{-t}}t\,dt",
            "dlmf",
        ),
        Identity(
            "The same equation is x p'(x) = (theta - 1) p(x) - theta p(x - 1) for the density: -s phi' = theta (1 - exp(-s)) phi",
            -s * sp.Derivative(phi, s),
            theta * (1 - sp.exp(-s)) * phi,
        ),
        Cited(
            "with its first piece from phi(s) ~ exp(-gamma theta) s^(-theta)",
            r"p(x)=\frac{e^{-\gamma_E\theta}}{\Gamma(\theta)}x^{\theta-1}\quad(0<x\le1)",
            "penrose2004",
        ),
        UNIQUE,
    )
