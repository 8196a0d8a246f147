"""w' = g - M (w + f) with M beta: a beta law, by products of beta variables."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.beta import Beta
from ..numerics.named_law import centred
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Cited, Definition, Identity, Step
from .affine_form import UNIQUE
from .elementary import Elementary
from .perpetuity_form import X, law_hypotheses, oriented, positivity, single_branch
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = g - M (w + f), M ~ Beta(a, b), f and g constant: w = -f + (f + g) X, X ~ Beta(a + b, a).

    Proof: M X ~ Beta(a, a + b) by the Mellin transforms, and 1 minus that is Beta(a + b, a) again.
    """
    step = single_branch(chain, effort)
    if step is None or not step.is_steady:
        return None
    multiplier = centred(step.multiplier)
    if multiplier is None or not isinstance(multiplier.law, Beta) or not same(multiplier.factor, sp.Integer(-1)):
        return None
    law = multiplier.law
    unit, way, assumed = oriented(tidy(step.total))
    found, size = Beta(tidy(law.total), law.alpha), sp.Dummy("m", positive=True)
    moved = Identity(
        "The affine change of the state, m = -M",
        -size * (-step.inner + way * unit * X + step.inner) + step.outer,
        -step.inner + way * unit * (1 - size * X),
    )
    return Elementary(
        family="beta",
        state=chain.state,
        law=image(found, -step.inner, unit, way),
        parameters={"alpha": found.alpha, "beta": found.beta, "shift": -step.inner, "scale": way * unit},
        hypotheses=(*positivity(multiplier.positive), *law_hypotheses(law), *assumed),
        proof=(moved, *invariance(law, found)),
        cite=("letac1986",),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def invariance(multiplier: Beta, law: Beta) -> tuple[Step, ...]:
    """`law` is kept by X' = 1 - m X, m of the law `multiplier`."""
    p, x = sp.symbols("p x", positive=True, cls=sp.Dummy)
    any_member = Beta(*sp.symbols("a b", cls=sp.Dummy))
    product = Beta(multiplier.alpha, tidy(multiplier.beta + law.beta))
    return (
        Definition("The moments of a beta law of real orders p > 0", sp.Dummy(r"\mathbb{E}X^p"), mellin(any_member, p)),
        Identity("Those of m X are those of another beta law", mellin(multiplier, p) * mellin(law, p), mellin(product, p)),
        Identity("1 minus such a variable has the law of X", product.density(1 - x), law.density(x)),
        Cited("The moments determine a law on a bounded interval", r"\mathbb{E}(mX)^p,\ p=1,2,\ldots", "letac1986"),
        UNIQUE,
    )


def mellin(law: Beta, p: sp.Expr) -> sp.Expr:
    total = law.alpha + law.beta
    return sp.gamma(law.alpha + p) * sp.gamma(total) / (sp.gamma(law.alpha) * sp.gamma(total + p))
