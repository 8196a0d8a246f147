"""w' = c + a |w - c| + noise with symmetric noise: skew normal laws, and their Cauchy counterparts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.cauchy import Cauchy
from ..laws.cauchy_modulus import CauchyModulus
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.signs import sign
from ..laws.skew_normal import SkewNormal
from ..numerics.named_law import Named, direction, named
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Argued, Cited, Definition, Identity, Limit, Step
from .integrated import Integrated
from .perpetuity_form import positivity
from .stationary_law import Place, StationaryLaw

P = sp.Dummy("p", positive=True)
"""The distance |w - c|."""

SYMMETRY = Argued(
    "For symmetric noise |a |v| + z| and |a v + z| have one law, so |w - c| is distributed as |v| for v' = a v + z",
    r"\bigl|a|v|+z\bigr|\overset{d}{=}|av+z|",
)
UNIQUE = Cited(
    "The map contracts by |a| < 1, so the law is unique", r"|w_1'-w_2'|\le|a|\,|w_1-w_2|", "diaconis1999"
)


@dataclass(frozen=True)
class Fold:
    """w' = centre + ratio |w - centre| + scale z, z of the standard law of `noise`; `rest` is what is added to ratio |w - centre|."""

    centre: sp.Expr
    ratio: sp.Expr
    noise: Named
    rest: sp.Expr


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """Normal noise: c + s/sqrt(1 - a^2) X, X skew normal of shape a/sqrt(1 - a^2) (Andel, Netuka and Zvara 1984).

    Proof: the density of |w - c| is 2 f(v), f the stationary density of v' = a v + s z, and one step from it gives
    the density of w by an integral with a primitive in closed form. Cauchy noise: the same with the Cauchy kernel.
    """
    fold = fold_of(chain)
    if fold is None:
        return None
    conditions = contraction(fold.ratio)
    if conditions is None:
        return None
    build = skew_normal if isinstance(fold.noise.law, Normal) else cauchy
    return build(chain, fold, (*conditions, *positivity(fold.noise.positive)))


def contraction(ratio: sp.Expr) -> tuple[Hypothesis, ...] | None:
    """0 < |a| < 1: proved for a number, assumed with symbols; None where it is false."""
    known = sign(1 - ratio**2)
    if known == 1 and sign(ratio) != 0:
        return ()
    if known is not None or not ratio.free_symbols:
        return None
    return (Hypothesis(f"|{tidy(ratio)}| < 1", "assumed"),)


# ---- the form of the map


def fold_of(chain: Chain) -> Fold | None:
    """The chain as a map in |w - c| alone, from its two sides; None where it is not."""
    sources = (*chain.draw.data, *chain.draw.noise)
    if chain.dimension != 1 or chain.draw.batch_size != 1 or any(not isinstance(s.law, Law) for s in sources):
        return None
    laws = {s.symbols[0]: s.law for s in sources if isinstance(s.law, Law)}
    w, step = chain.state[0], chain.one_sample_map[0]
    for centre in dict.fromkeys(kinks(step, w)):
        if centre.free_symbols & laws.keys():
            continue
        sides = [sp.expand(step.subs(w, centre + side * P)) for side in (1, -1)]
        if not all(side.is_polynomial(P) and sp.degree(side, P) == 1 for side in sides) or not same(*sides):
            continue
        ratio, rest = sp.Poly(sides[0], P).nth(1), sp.Poly(sides[0], P).nth(0)
        noise = None if ratio.free_symbols & laws.keys() else named(rest, laws)
        if noise is not None and isinstance(noise.law, Normal | Cauchy) and same(noise.shift, centre):
            return Fold(tidy(centre), tidy(ratio), noise, rest)
    return None


def kinks(step: sp.Expr, w: sp.Symbol) -> Iterator[sp.Expr]:
    """Where an argument of |.|, sign, Max, Min or a condition is 0."""
    for node in step.atoms(sp.Abs, sp.sign, sp.Heaviside):
        yield from root(node.args[0], w)
    for node in step.atoms(sp.Max, sp.Min):
        yield from (r for first in node.args for second in node.args if first != second for r in root(first - second, w))
    for condition in step.atoms(sp.core.relational.Relational):
        yield from root(condition.lhs - condition.rhs, w)


def root(line: sp.Expr, w: sp.Symbol) -> Iterator[sp.Expr]:
    if line.is_polynomial(w) and sp.degree(line, w) == 1:
        yield sp.cancel(-sp.Poly(line, w).nth(0) / sp.Poly(line, w).nth(1))


def folded(chain: Chain, fold: Fold) -> tuple[Step, ...]:
    """The map on both sides of the centre."""
    p = sp.Dummy("p", positive=True)
    w, step = chain.state[0], chain.one_sample_map[0]
    return tuple(
        Identity(f"The map {name} the centre, p = |w - c|", sp.expand(step.subs(w, fold.centre + side * p)), fold.ratio * p + fold.rest)
        for side, name in ((1, "above"), (-1, "below"))
    )


# ---- normal noise


def skew_normal(chain: Chain, fold: Fold, hypotheses: tuple[Hypothesis, ...]) -> StationaryLaw:
    way, assumed = direction(fold.noise.factor)
    scale = way * fold.noise.factor
    root_ = sp.sqrt(1 - fold.ratio**2)
    shape, spread = fold.ratio / root_, scale / root_
    law = image(SkewNormal(shape), fold.centre, spread)
    return Integrated(
        family="skew normal",
        state=chain.state,
        law=law,
        parameters={"shape": shape, "shift": fold.centre, "scale": spread},
        hypotheses=(*hypotheses, *positivity(assumed)),
        proof=(*folded(chain, fold), *normal_invariance(fold.ratio, scale, fold.centre, law)),
        cite=("andel1984",),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def normal_invariance(a: sp.Expr, s: sp.Expr, centre: sp.Expr, law: Law) -> tuple[Step, ...]:
    v, x = sp.symbols("v x", real=True, cls=sp.Dummy)
    t = sp.Dummy("t", positive=True)
    root_ = sp.sqrt(1 - a**2)

    def kernel(to: sp.Expr, start: sp.Expr) -> sp.Expr:
        return sp.exp(-((to - a * start) ** 2) / (2 * s**2)) / (sp.sqrt(2 * sp.pi) * s)

    def exponent(at: sp.Expr, to: sp.Expr) -> sp.Expr:
        """Of f(at) k(at, to)."""
        return -(at**2) * (1 - a**2) / (2 * s**2) - (to - a * at) ** 2 / (2 * s**2)

    density = root_ / (sp.sqrt(2 * sp.pi) * s) * sp.exp(-(x**2) * (1 - a**2) / (2 * s**2))
    primitive = sp.erf((v - a * x) / (sp.sqrt(2) * s)) / 2
    found = law.density(centre + x)
    assert found is not None
    stated = found.rewrite(sp.erf)
    return (
        SYMMETRY,
        Definition("The stationary density of v' = a v + s z, whose variance is s^2/(1 - a^2)", sp.Dummy("f"), density),
        Identity("It is reversible: f(v) k(v, x) = f(x) k(x, v), by the exponents", exponent(v, x), exponent(x, v)),
        Identity("A primitive of k(x, v) in v", sp.Derivative(primitive, v), kernel(v, x)),
        Limit("which tends to 1/2", sp.erf(t) / 2, t, sp.oo, sp.Rational(1, 2)),
        Identity(
            "so one step from the density 2 f on v > 0 gives the density of w at c + x",
            2 * density * (sp.Rational(1, 2) - primitive.subs(v, 0)),
            stated,
        ),
        Identity("whose modulus has the density 2 f again", stated + stated.subs(x, -x), 2 * density),
        UNIQUE,
    )


# ---- Cauchy noise


def cauchy(chain: Chain, fold: Fold, hypotheses: tuple[Hypothesis, ...]) -> StationaryLaw:
    way, assumed = direction(fold.noise.factor)
    scale = way * fold.noise.factor
    side, more = direction(fold.ratio)
    law = CauchyModulus(side * fold.ratio)
    heavy, light = scale * law.spread * (1 + law.ratio) / sp.pi, scale / sp.pi
    return Integrated(
        family="Cauchy modulus",
        state=chain.state,
        law=image(law, fold.centre, scale, side),
        parameters={"ratio": fold.ratio, "shift": fold.centre, "scale": scale},
        hypotheses=(*hypotheses, *positivity((*assumed, *more))),
        proof=(*folded(chain, fold), *cauchy_invariance(law)),
        cite=("andel1984",),
        tail=(sp.Integer(1), *((heavy, light) if side == 1 else (light, heavy))),
    )


def cauchy_invariance(law: CauchyModulus) -> tuple[Step, ...]:
    """X' = a |X| + Y in the unit of the noise; a < 0 is its mirror image."""
    v, x = sp.Dummy("v", positive=True), sp.Dummy("x", real=True)
    if law.ratio.free_symbols:
        gap = sp.Dummy("g", positive=True)
        named_gap = Definition("The gap to 1", gap, 1 - law.ratio)
        return (named_gap, *cauchy_invariance_in(1 - gap, CauchyModulus(1 - gap).by_parts(x), v, x))
    return cauchy_invariance_in(law.ratio, law.by_parts(x), v, x)


def cauchy_invariance_in(
    a: sp.Expr, stated: sp.Expr, v: sp.Symbol, x: sp.Symbol
) -> tuple[Step, ...]:
    spread = 1 / (1 - a)
    near, far = (spread - 2) ** 2 + x**2, spread**2 + x**2
    log_part = a * x / (near * far)
    angle, turn = (1 + x**2 - (spread - 1) ** 2) / (spread * near * far), a * ((spread - 1) ** 2 + x**2 - 1) / (near * far)
    primitive = (
        log_part * (sp.log(v**2 + spread**2) - sp.log((a * v - x) ** 2 + 1)) + angle * sp.atan(v / spread) + turn * sp.atan(a * v - x)
    )
    integrand = 1 / ((v**2 + spread**2) * ((a * v - x) ** 2 + 1))
    (logarithm,) = stated.atoms(sp.log)
    size, arc = sp.symbols("L A", real=True, cls=sp.Dummy)
    limits = log_part * size + (angle + turn) * sp.pi / 2 + turn * arc
    return (
        SYMMETRY,
        Identity("A Cauchy law of scale S = 1/(1 - a) is stationary for v' = a v + z, scales adding: a S + 1 = S", a * spread + 1, spread),
        Identity("A primitive of (S^2 + v^2)^(-1) (1 + (x - a v)^2)^(-1)", sp.Derivative(primitive, v), integrand),
        Identity(
            "Between 0 and infinity its logarithms add up to a multiple of L = log((1 + x^2)/(a S)^2)",
            logarithm.args[0],
            (1 + x**2) / (a * spread) ** 2,
        ),
        Identity(
            "so one step from the density 2 S/(pi (S^2 + v^2)) on v > 0 gives the density, A = atan(x)",
            2 * spread / sp.pi**2 * limits,
            stated.xreplace({logarithm: size, sp.atan(x): arc}),
        ),
        UNIQUE,
    )
