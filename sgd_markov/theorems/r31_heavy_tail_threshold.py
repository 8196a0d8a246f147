"""R31: the learning rate from which on the stationary law of a regression has infinite variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp
    from flint import arb

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

THRESHOLD, LR = "2/3", "1"
KAPPA = "1.09082647306631525773408617076643308799967756"


def regression(lr: object) -> Chain:
    """SGD on (x w - e)^2/2 with x and e standard normal: w' = (1 - lr x^2) w + lr x e."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w, x

    e = sp.Symbol("e", real=True)
    return SGD((x * w - e) ** 2 / 2, [w], lr, data={x: Normal(0, 1), e: Normal(0, 1)})


def threshold_by_question(effort: Effort) -> Reading:
    """The end of the window in which E M^2 < 1."""
    import sympy as sp

    from ..questions.window import window
    from .chains import feature_chain

    lr = sp.Symbol("lr", positive=True)
    answer = window(feature_chain(lr), at=0, parameter=lr, order=2, effort=effort)
    return Reading.of_number(answer.intervals[0][1], answer)


def tail_by_question(lr: str, effort: Effort) -> Reading:
    from ..questions.tail_index import tail_index

    return Reading.of(tail_index(regression(lr), effort=effort))


def threshold_by_tail(effort: Effort) -> Reading:
    """At 2/3 the tail index is 2: E M^2 is 1 there, and the rate is where it is."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..errors import Inconclusive
    from .exact_numbers import fraction

    if tail_by_question(THRESHOLD, effort).enclosure != Enclosure.point(2):
        raise Inconclusive("the tail index at 2/3 is not proved to be 2")
    return Reading(Enclosure.point(fraction(sp.Rational(THRESHOLD))), Warrant.EXACT)


def tail_by_sign_change(effort: Effort) -> Reading:
    from .moment_roots import by_sign_change

    return by_sign_change(moment_by_kummer, KAPPA, effort)


def moment_by_kummer(order: sp.Rational) -> arb:
    """E|1 - Z^2|^p = [B(1/2, p+1) 1F1(1/2; p+3/2; -1/2) + exp(-1/2) Gamma(p+1) U(p+1; p+3/2; 1/2)]/sqrt(2 pi).

    The density of u = Z^2 is u^(-1/2) exp(-u/2)/sqrt(2 pi); the two terms are the integrals over (0, 1) and (1, oo).
    """
    from flint import acb, arb, fmpq

    p, half = arb(fmpq(int(order.p), int(order.q))), acb(arb(fmpq(1, 2)))
    inner = half.gamma() * acb(p + 1).gamma() / (p + 1 + half).gamma() * (-half).hypgeom_1f1(half, p + 1 + half)
    outer = (-half).exp() * acb(p + 1).gamma() * half.hypgeom_u(acb(p + 1), p + 1 + half)
    return ((inner + outer) / (2 * acb.pi()).sqrt()).real


def tail_by_simulation(effort: Effort, chains: int) -> Reading:
    from .chains import feature_chain
    from .moment_roots import by_simulation

    return by_simulation(feature_chain(LR), "3/4", "3/2", effort, chains)


def threshold_by_simulation(effort: Effort, chains: int) -> Reading:
    """The sampled second moments of the multiplier at two rates lie on both sides of 1."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.monte_carlo.run import simulate
    from ..errors import Inconclusive
    from .chains import feature_chain, w
    from .exact_numbers import fraction
    from .sampling import sample_mean

    ends = sp.Rational(5, 10), sp.Rational(8, 10)
    below, above = (
        sample_mean(simulate(feature_chain(lr), {w: sp.Integer(1)}, 1, chains, effort, (w**2,)).observed[0]).enclosure
        for lr in ends
    )
    if not below.upper < 1 < above.lower:
        raise Inconclusive("the sampled second moments do not lie on both sides of 1 for certain")
    return Reading(Enclosure(*map(fraction, ends)), Warrant.SAMPLED)


def infinite_variance(effort: Effort, lr: str) -> bool:
    """Is E M^2 >= 1, so that the stationary law has no second moment?"""
    from ..questions.moment_exponent import moment_exponent
    from .chains import decided, feature_chain

    answer = moment_exponent(feature_chain(lr), at=0, order=2, effort=effort)
    sign = None if answer.enclosure is None else answer.enclosure.sign
    return decided(None if sign is None else sign >= 0, "the moment exponent")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.normal import Normal
    from ..proof import Cited, Identity, Roots

    lr, size = sp.symbols("lambda S", positive=True)
    normal = Normal(0, 1)
    second = 1 - 2 * lr + lr**2 * (1 + 2 / size)
    return (
        Identity("The moments of a Gaussian feature", normal.moment(4), sp.Integer(3)),
        Identity("The variance of the mean of S squares", (normal.moment(4) - normal.moment(2) ** 2) / size, 2 / size),
        Identity("so the second moment of the multiplier", (1 - lr) ** 2 + lr**2 * (2 / size), second),
        Roots("is 1 at", second - 1, lr, (sp.Integer(0), 2 / (1 + 2 / size))),
        Identity("which for S = 1 is", (2 / (1 + 2 / size)).subs(size, 1), sp.Rational(2, 3)),
        Cited(
            "The stationary law has a tail of the index kappa: no moment of that order",
            r"\mathbb E|M|^\kappa=1:\quad P(|w|>t)\sim Ct^{-\kappa},\quad C>0",
            "kesten1973",
        ),
        Cited("with the constant positive by", r"C=\lim_{t\to\infty}t^\kappa P(|w|>t)", "goldie1991"),
    )


CLAIM = Claim(
    id="R31",
    slug="heavy-tail-threshold",
    title="From which learning rate on the stationary variance of a regression is infinite",
    statement=(
        r"Let SGD with batches of $S$ fit $\tfrac12(xw-e)^2$ with $x,e$ independent standard normal. The stationary law "
        r"has a tail $P(|w|>t)\sim Ct^{-\kappa}$ with $\mathbb E|M|^\kappa=1$, $M=1-\lambda\overline{x^2}$; $\kappa=2$ at "
        r"$\lambda=\frac{2}{1+2/S}$, and the variance is infinite from there on as long as $\gamma<0$."
    ),
    hypotheses=(r"$\gamma=\mathbb E\log|M|<0$", "features and label noise are Gaussian and independent"),
    cite=("kesten1973", "goldie1991"),
    example=r"$S=1$: threshold $\tfrac23$; $\lambda=1$: $\kappa=1.0908\ldots$",
    quantities=(
        Quantity(
            "threshold",
            "0.666666666666667",
            (
                Route("question", threshold_by_question),
                Route("independent", threshold_by_tail),
                Route("monte carlo", threshold_by_simulation, 400_000),
            ),
            "theory.md R31",
        ),
        Quantity(
            "tail index at learning rate 1",
            "1.0908264730663",
            (
                Route("question", lambda effort: tail_by_question(LR, effort)),
                Route("independent", tail_by_sign_change),
                Route("monte carlo", tail_by_simulation, 200_000),
            ),
            "theory.md B.1",
        ),
    ),
    control=Control(
        "learning rate 1/2, below the threshold: the variance is finite",
        infinite_variance,
        {"lr": LR},
        ({"lr": "1/2"},),
    ),
    problem=lambda: regression(LR),
    proof=proof,
)
