"""w' = rho w + B with B equidistributed on m equispaced values and |rho| = m^(-1/k): a sum of k uniform numbers."""

from __future__ import annotations

from itertools import pairwise
from math import log

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.geometric_uniform_sum import MOST_TERMS, GeometricUniformSum
from ..numerics.affine_frame import StandardForm, finite_steps, standard_form
from ..numerics.neat import neat
from ..proof import Argued, Definition, Identity, Step
from ..proof.radicals import is_zero
from .affine_form import UNIQUE, affine_steps
from .affine_law import kept
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """sum_n rho^n B_n in k groups of every k-th term, each of which is uniform: ratio 1/m with m equispaced values.

    With values m_B + h (2j - m + 1)/m, j < m: the law is centred at m_B/(1 - rho), a sum of uniform numbers on
    [-h r^j, h r^j], j < k, r = |rho|.
    Proof: the characteristic function f(t) = prod_j sinc(h r^j t) about the centre satisfies f(t) = f(r t) E cos(t (B - m_B)).
    """
    affine = affine_steps(chain, effort)
    steps = None if affine is None else finite_steps(affine.pairs())
    form = None if steps is None else standard_form(steps)
    if steps is None or form is None or not is_equispaced(form):
        return None
    rho, values = steps[0][0], [offset for _, offset, _ in steps]
    count = root_order(abs(rho), len(values))
    if count is None:
        return None
    mean = neat(sp.Add(*values) / len(values))
    centre, signed_half = neat(mean * inverse_gap(rho, count, len(values))), neat(len(values) * step_between(form) / 2)
    half = sp.Abs(signed_half)
    law = GeometricUniformSum(centre, half, abs(rho), count)
    return Elementary(
        family="sum of uniforms",
        state=chain.state,
        law=law,
        parameters={"centre": centre, "half_width": half, "ratio": abs(rho), "count": sp.Integer(count)},
        hypotheses=form.frame.hypotheses,
        proof=invariance(law, rho, mean, values, signed_half),
        cite=("erdos1939", "vervaat1979"),
    )


def is_equispaced(form: StandardForm) -> bool:
    """One slope, equal probabilities, and values at equal distances?"""
    if form.maps.common_slope is None or not form.maps.equal_weights:
        return False
    places = sorted(c.offset for c in form.maps.maps if c.offset.is_Rational)
    gaps = {after - before for before, after in pairwise(places)}
    return len(places) == len(form.maps.maps) and len(gaps) == 1


def step_between(form: StandardForm) -> sp.Expr:
    """The distance of neighbouring values, with the sign of the frame's unit."""
    places = sorted(c.offset for c in form.maps.maps)
    return form.frame.unit * (places[1] - places[0])


def root_order(ratio: sp.Expr, size: int) -> int | None:
    """The k >= 2 with ratio^k = 1/size, or None."""
    order = round(log(size) / -log(float(ratio)))
    return order if 2 <= order <= MOST_TERMS and is_zero(ratio**order * size - 1) else None


def inverse_gap(rho: sp.Expr, count: int, size: int) -> sp.Expr:
    """1/(1 - rho) without a root in the denominator, as (1 + rho + ... + rho^(k-1))/(1 - rho^k), rho^k = +-1/size."""
    sign = 1 if rho.is_positive or count % 2 == 0 else -1
    return sp.expand(sp.Add(*(rho**j for j in range(count))) / (1 - sp.Rational(sign, size)))


def invariance(law: GeometricUniformSum, rho: sp.Expr, mean: sp.Expr, values: list[sp.Expr], half: sp.Expr) -> tuple[Step, ...]:
    """`half` is the half width up to its sign, which the even function f does not see."""
    t, f = sp.Symbol("t", real=True), sp.Symbol("f")
    size = len(values)
    noise = sp.Add(*(sp.exp(sp.I * t * neat(b - mean)) for b in values)) / size

    def sine(angle: sp.Expr) -> sp.Expr:
        return (sp.exp(sp.I * t * neat(angle)) - sp.exp(-sp.I * t * neat(angle))) / (2 * sp.I)

    return (
        Definition("The characteristic function about the centre", f, sp.Mul(*(sp.sinc(t * h) for h in law.halves))),
        kept("The centre", rho, law.centre, mean),
        Identity("The half width of the first part, up to its sign", law.half**2, half**2),
        Identity("The width of the first part after k steps", law.ratio**law.count, sp.Rational(1, size)),
        Identity("The ratio of the parts is that of the chain", law.ratio**2, rho**2),
        Identity(
            "so f(r t) E exp(i t (B - E B)) = f(t): all factors but one are shared, and sin(h t/m) E exp(i t (B - E B)) m = sin(h t)",
            sp.expand(sine(half / size) * noise * size),
            sine(half),
        ),
        Argued("For rho = -r the same, as f is even", r"f(\rho t)=f(|\rho|t)"),
        UNIQUE,
    )
