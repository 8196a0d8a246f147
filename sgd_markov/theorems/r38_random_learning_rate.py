"""R38: SGD with a random learning rate on two-valued data keeps a beta law (Sethuraman)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

ALPHA, P = "17/10", "3/10"
BETA_LAW, CONSTANT = "random", "constant"


def chain(rate: str = BETA_LAW) -> Chain:
    """SGD on (w - x)^2/2, x Bernoulli, with a learning rate of the law Beta(1, alpha), or with its mean."""
    import sympy as sp

    from ..laws.bernoulli import Bernoulli
    from ..laws.beta import Beta
    from ..optimizers.sgd import SGD
    from .chains import w, x

    u = sp.Symbol("u", real=True)
    loss, data = (w - x) ** 2 / 2, {x: Bernoulli(P)}
    if rate == CONSTANT:
        return SGD(loss, [w], 1 / (1 + sp.Rational(ALPHA)), data=data)
    return SGD(loss, [w], u, data=data, noise={u: Beta(1, ALPHA)})


def by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w**6)


def by_formula(effort: Effort) -> Reading:
    """The sixth moment of Beta(alpha p, alpha (1 - p)), written out."""
    from .chains import closed_form

    factors = "*".join(f"({ALPHA}*{P} + {j})/({ALPHA} + {j})" for j in range(6))
    return closed_form(factors, effort)


def move(rng: Any, state: Any) -> Any:
    rate = rng.beta(1, 1.7, size=len(state))
    return state + rate * ((rng.random(len(state)) < 0.3) - state)


def by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**6, effort, chains)


def second_moment_is(effort: Effort, rate: str) -> bool:
    """Is E w^2, from the recursion of the moments, that of the beta law?"""
    from .stationary_laws import agrees, by_recursion

    return agrees(by_recursion(chain(rate), 2, effort), f"{P}*({ALPHA}*{P} + 1)/({ALPHA} + 1)", effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.bernoulli import Bernoulli
    from ..laws.beta import Beta
    from ..optimizers.sgd import SGD
    from ..proof import Value
    from .chains import w, x
    from .stationary_laws import steps_of

    alpha, p = sp.symbols("alpha p", positive=True)
    u = sp.Symbol("u", real=True)
    symbolic = SGD((w - x) ** 2 / 2, [w], u, data={x: Bernoulli(p)}, noise={u: Beta(1, alpha)})
    a, total = sp.Rational(ALPHA) * sp.Rational(P), sp.Rational(ALPHA)
    return (
        *steps_of(symbolic, "dirichlet_mean"),
        Value("At the example", sp.Mul(*((a + j) / (total + j) for j in range(6))), "0.0553087923836825"),
    )


CLAIM = Claim(
    id="R38",
    slug="random-learning-rate",
    title="A random learning rate on two-valued data: the beta law",
    statement=(
        r"SGD on $\tfrac12(w-x)^2$ with learning rates $\theta_t\sim$ Beta$(1,\alpha)$ and $P(x=1)=p=1-P(x=0)$, that is "
        r"$w'=w+\theta(x-w)$, has the stationary law Beta$(\alpha p,\alpha(1-p))$."
    ),
    hypotheses=(r"$\alpha>0$, $0<p<1$",),
    cite=("sethuraman1994", "cifarelli1990"),
    example=r"$\alpha=\tfrac{17}{10}$, $p=\tfrac3{10}$: $\mathbb Ew^6=0.0553\ldots$",
    quantities=(
        Quantity(
            "sixth moment",
            "0.0553087923836825",
            (
                Route("question", by_question),
                Route("independent", by_formula),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "theory.md R38",
        ),
    ),
    control=Control(
        "the constant learning rate 1/(1 + alpha), the mean of the random one",
        second_moment_is,
        {"rate": BETA_LAW},
        ({"rate": CONSTANT},),
    ),
    problem=chain,
    proof=proof,
)
