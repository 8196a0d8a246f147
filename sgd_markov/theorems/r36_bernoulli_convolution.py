"""R36: two-valued noise on a quadratic loss, a Bernoulli convolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

PLACE, NEAR_LIMIT = "3/2", 22


def chain(ratio: object = "1/2") -> Chain:
    """SGD on w^2/2 + z w with z = 1 or -1 and the learning rate 1 - ratio, in units of it: w' = ratio w + z."""
    import sympy as sp

    from ..expressions import exact
    from ..laws.rademacher import Rademacher
    from ..optimizers.sgd import SGD
    from .chains import w

    z, rho = sp.Symbol("z", real=True), exact(ratio, "ratio")
    return SGD(w**2 / 2 - z * w / (1 - rho), [w], 1 - rho, data={z: Rademacher()})


def transform_by_question(effort: Effort) -> Reading:
    """E exp(i t w) at 3/2, from the law that the question gives."""
    import sympy as sp

    from ..questions.stationary import stationary
    from .chains import closed_form

    found = stationary(chain(), effort=effort).characteristic_function
    (t,) = found.free_symbols
    value = found.subs(t, sp.Rational(PLACE)).rewrite(sp.sin)
    return closed_form(str(sp.simplify(value)), effort)


def transform_by_formula(effort: Effort) -> Reading:
    """The product of cos(2^-n t), with its tail: cos x >= 1 - x^2/2."""
    from .stationary_laws import by_integral

    return by_integral(lambda: cosines(PLACE), effort)


def cosines(place: str) -> Any:
    from flint import arb, ctx, fmpq

    numerator, denominator = place.split("/")
    angle, product = arb(fmpq(int(numerator), int(denominator))), arb(1)
    for _ in range(ctx.prec):
        product *= angle.cos()
        angle /= 2
    return product * (1 - angle**2).union(arb(1))  # the squares of all angles left add up to less than 2 angle^2


def transform_by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np

    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: np.cos(1.5 * state), effort, chains)


def move(rng: Any, state: Any) -> Any:
    return state / 2 + rng.choice([-1.0, 1.0], size=len(state))


def golden_move(rng: Any, state: Any) -> Any:
    return state * 0.6180339887498949 + rng.choice([-1.0, 1.0], size=len(state))


def limit_by_formula(effort: Effort) -> Reading:
    """prod_(j>=1) cos(pi/phi^j)^2: |cos(pi phi^j)| = |cos(pi/phi^j)|, as phi^j + (-1/phi)^j is an integer."""
    from .stationary_laws import by_integral

    return by_integral(golden_cosines, effort)


def golden_cosines() -> Any:
    from flint import arb, ctx

    ratio, product = (arb(5).sqrt() - 1) / 2, arb(1)
    angle = arb.pi() * ratio
    for _ in range(ctx.prec):
        product *= angle.cos() ** 2
        angle *= ratio
    return product * (1 - 2 * angle**2).union(arb(1))


def limit_at_a_power(effort: Effort) -> Reading:
    """|prod_(n<N) cos(phi^(-n) t)| at t = pi phi^m with m as large as the digits ask for, from the definition."""
    from .stationary_laws import by_integral

    return by_integral(far_out, effort)


def far_out() -> Any:
    from flint import arb, ctx

    from ..balls.precision import precision

    power = ctx.prec
    with precision(3 * ctx.prec):
        ratio = (arb(5).sqrt() - 1) / 2
        angle, product = arb.pi() / ratio**power, arb(1)
        for _ in range(2 * power):
            product *= angle.cos()
            angle *= ratio
        error = 8 * ratio**power  # of the factors beyond the power and of the limit itself
        return abs(product) * (1 - error).union(1 + error)


def limit_by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np

    from .stationary_laws import sampled_mean

    place = np.pi * ((1 + 5**0.5) / 2) ** NEAR_LIMIT
    return sampled_mean(golden_move, lambda state: np.cos(place * state), effort, chains)


def is_uniform(effort: Effort, ratio: str) -> bool:
    """Does the question find the uniform law?"""
    from .stationary_laws import family_is

    return family_is(chain(ratio), "uniform", effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Identity, Value
    from .stationary_laws import steps_of

    t, phi = sp.Symbol("t", real=True), (1 + sp.sqrt(5)) / 2
    return (
        *steps_of(chain(), "tiling"),
        Identity("sin(2t)/(2t) = cos(t) sin(t)/t", sp.expand_trig(sp.sin(2 * t)) / (2 * t), sp.cos(t) * sp.sin(t) / t),
        Value("At the example", sp.sin(3) / 3, "0.0470400026866224"),
        Identity("The golden ratio and its conjugate have an integer sum", sp.expand(phi - 1 / phi), sp.Integer(1)),
        Identity("and their product is an integer", sp.expand(phi * (1 - phi)), sp.Integer(-1)),
        Cited("so that at the ratio 1/phi the transform does not tend to 0: the law is singular", r"\\limsup|f|>0", "erdos1939"),
    )


CLAIM = Claim(
    id="R36",
    slug="bernoulli-convolution",
    title="Two-valued noise on a quadratic loss",
    statement=(
        r"SGD with learning rate $\lambda$ on $\tfrac12w^2+zw$, $z=\pm1$ with probability $\tfrac12$, has a "
        r"stationary law with transform $\mathbb Ee^{itw}=\prod_{n\ge0}\cos(\lambda(1-\lambda)^nt)$, $0<\lambda<2$; "
        r"it is uniform on $[-1,1]$ at $\lambda=\tfrac12$, and its transform does not tend to $0$ at "
        r"$1-\lambda=\tfrac{\sqrt5-1}2$."
    ),
    hypotheses=(r"$0<\lambda<2$",),
    cite=("jessenwintner1935", "erdos1939",),
    example=r"in units of $\lambda$: $w'=\tfrac12w+z$ is uniform on $[-2,2]$",
    quantities=(
        Quantity(
            "transform at 3/2",
            "0.0470400026866224",
            (
                Route("question", transform_by_question),
                Route("independent", transform_by_formula),
                Route("monte carlo", transform_by_simulation, 40_000),
            ),
            "theory.md R36",
        ),
        Quantity(
            "limit of the modulus of the transform along pi phi^m",
            "0.00661349303534",
            (
                Route("independent", limit_by_formula),
                Route("further", limit_at_a_power),
                Route("monte carlo", limit_by_simulation, 40_000),
            ),
            "theory.md R36",
        ),
    ),
    control=Control(
        "the ratio 11/20: not uniform",
        is_uniform,
        {"ratio": "1/2"},
        ({"ratio": "11/20"},),
    ),
    problem=chain,
    proof=proof,
)
