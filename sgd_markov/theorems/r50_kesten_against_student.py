"""R50: the tail of the chain against the tail of its small-step limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp
    from flint import arb

    from ..chain.chain import Chain
    from ..chain.diffusion import Diffusion
    from ..effort import Effort
    from ..proof import Step

LR = "1/10"
KAPPA = "21.86344427806945468185445809147167"


def chain(lr: str = LR) -> Chain:
    """w' = w - lr (w + w x + z) with x and z standard normal: M = 1 - lr - lr x, additive noise lr z."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w, x

    z = sp.Symbol("z", real=True)
    return SGD((1 + x) * w**2 / 2 + w * z, [w], lr, data={x: Normal(0, 1), z: Normal(0, 1)})


def equation(lr: str = LR) -> Diffusion:
    """dw = -w dt + sqrt(lr (1 + w^2)) dB, the time in units of lr per step."""
    import sympy as sp

    from ..chain.diffusion import Diffusion
    from .chains import w

    return Diffusion(-w, sp.Rational(lr) * (1 + w**2), w)


def steps_of_equation(lr: str = LR) -> Chain:
    """Far out the equation is linear; one step of it multiplies w by exp(-lr - lr^2/2 + lr z)."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.normal import Normal
    from .chains import w

    z, rate = sp.Symbol("z", real=True), sp.Rational(lr)
    return RandomMap({w: w * sp.exp(-rate - rate**2 / 2 + rate * z)}, noise={z: Normal(0, 1)})


def kesten_by_question(effort: Effort) -> Reading:
    from ..questions.tail_index import tail_index

    return Reading.of(tail_index(chain(), effort=effort))


def kesten_by_sign_change(effort: Effort) -> Reading:
    from .moment_roots import by_sign_change

    return by_sign_change(moment, KAPPA, effort)


def moment(order: sp.Rational) -> arb:
    """E|mu + s Z|^p = s^p 2^(p/2) Gamma((1 + p)/2)/sqrt(pi) 1F1(-p/2; 1/2; -mu^2/(2 s^2))."""
    from flint import acb, arb, fmpq

    p = arb(fmpq(int(order.p), int(order.q)))
    s, mu, half = arb(fmpq(1, 10)), arb(fmpq(9, 10)), arb(fmpq(1, 2))
    kummer = acb(-(mu**2) / (2 * s**2)).hypgeom_1f1(acb(-p / 2), acb(half)).real
    return s**p * arb(2) ** (p / 2) * ((1 + p) / 2).gamma() / arb.pi().sqrt() * kummer


def kesten_by_simulation(effort: Effort, chains: int) -> Reading:
    """The multiplier without its additive noise."""
    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w, x
    from .moment_roots import by_simulation

    linear = SGD((1 + x) * w**2 / 2, [w], LR, data={x: Normal(0, 1)})
    return by_simulation(linear, "16", "26", effort, chains)


def student_by_question(effort: Effort) -> Reading:
    from ..questions.stationary import stationary

    answer = stationary(equation(), effort=effort)
    return Reading.of_number(answer.extra["parameters"]["df"], answer)


def student_by_moments(effort: Effort) -> Reading:
    """The supremum of the orders of finite moments, from the decay of the zero-flux density."""
    from ..engines.diffusion import landscape
    from .chains import closed_form

    (component,) = landscape(equation()).components
    return closed_form(str(component.moment_limit), effort)


def student_by_simulation(effort: Effort, chains: int) -> Reading:
    """For a lognormal multiplier E M^p = 1 at p = -2 E log M/Var log M, both sampled."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean

    observed = (sp.log(w), sp.log(w) ** 2)
    run = simulate(steps_of_equation(), {w: sp.Integer(1)}, 1, chains, effort, observed)
    mean, square = (sample_mean(values).enclosure for values in run.observed)
    spread = square.lower - mean.lower**2, square.upper - mean.upper**2
    return Reading(Enclosure(-2 * mean.upper / spread[1], -2 * mean.lower / spread[0]), Warrant.SAMPLED)


def close(effort: Effort, lr: str) -> bool:
    """Do the tail indices of the chain and of the equation agree within a tenth?"""
    from ..questions.stationary import stationary
    from ..questions.tail_index import tail_index

    of_chain = tail_index(chain(lr), effort=effort).enclosure
    of_equation = stationary(equation(lr), effort=effort).extra["parameters"]["df"].enclosure
    assert of_chain is not None and of_equation is not None
    return bool(10 * abs(of_chain.middle - of_equation.middle) < of_equation.middle)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Identity, Roots, Value

    w = sp.Symbol("w", real=True)
    lr, k, s, p = sp.symbols("lambda k sigma_1 p", positive=True)
    noise = lr * (1 + s**2 * w**2)
    log_density = -(1 + k / (lr * s**2)) * sp.log(1 + s**2 * w**2)
    exponent = -p * k + p * (p - 1) / 2 * lr * s**2
    return (
        Identity(
            "The zero-flux density of the equation", sp.diff(noise, w) + noise * sp.diff(log_density, w), -2 * k * w
        ),
        Identity("decays with the power -1 - kappa for", 2 * (1 + k / (lr * s**2)) - 1, 1 + 2 * k / (lr * s**2)),
        Roots(
            "which is also where the moments of its linear part stop growing",
            exponent,
            p,
            (sp.Integer(0), 1 + 2 * k / (lr * s**2)),
        ),
        Cited(
            "The index of the chain is the root of E|M|^kappa = 1",
            r"P(|w|>t)\sim Ct^{-\kappa},\quad\mathbb E|1-\lambda k-\lambda\sigma_1Z|^\kappa=1",
            "kesten1973",
        ),
        Value(
            "At the example the equation has", (1 + 2 * k / (lr * s**2)).subs({k: 1, s: 1, lr: sp.Rational(LR)}), "21.0"
        ),
    )


CLAIM = Claim(
    id="R50",
    slug="kesten-against-student",
    title="The small-step limit has nearly the tail of the chain, but not at large learning rates",
    statement=(
        r"SGD with the mean curvature $k$ and gradient noise $\sigma_1wx+z$, $x,z$ standard normal, has the tail index $\kappa$ "
        r"with $\mathbb E|1-\lambda k-\lambda\sigma_1x|^\kappa=1$; its small-step limit is Student's law with "
        r"$1+\frac{2k}{\lambda\sigma_1^2}$ degrees of freedom. The two agree to first order in $1/\lambda$ as $\lambda\to0$."
    ),
    hypotheses=(r"$\mathbb E\log|1-\lambda k-\lambda\sigma_1x|<0$",),
    cite=("kesten1973", "goldie1991", "pearson1895"),
    example=r"$k=\sigma_1=1$, $\lambda=\tfrac1{10}$: $21.8634\ldots$ against $21$",
    quantities=(
        Quantity(
            "tail index of the chain",
            "21.8634442780695",
            (
                Route("question", kesten_by_question),
                Route("independent", kesten_by_sign_change),
                Route("monte carlo", kesten_by_simulation, 200_000),
            ),
            "theory.md R50",
        ),
        Quantity(
            "tail index of the equation",
            "21",
            (
                Route("question", student_by_question),
                Route("independent", student_by_moments),
                Route("monte carlo", student_by_simulation, 200_000),
            ),
            "theory.md R50",
        ),
    ),
    control=Control(
        "learning rate 1: the chain has another index, by far",
        close,
        {"lr": LR},
        ({"lr": "1"},),
    ),
    problem=chain,
    proof=proof,
)
