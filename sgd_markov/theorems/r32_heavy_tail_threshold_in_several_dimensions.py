"""R32: the learning rate from which on the stationary law of a regression on d features has infinite variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

DIMENSION, BATCH = 3, 2
THRESHOLD, FOURTH = "2/3", "1/2"
BOUNDS = ("3/5", "7/10")


def regression(lr: object, deviations: str = "1 1 1", noise: bool = True) -> Chain:
    """SGD with batches of two on (w . x - e)^2/2, x three independent normal features of the given deviations."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD

    ws, xs = (sp.symbols(f"{name}1:{DIMENSION + 1}", real=True) for name in "wx")
    e = sp.Symbol("e", real=True)
    data = {x: Normal(0, std) for x, std in zip(xs, deviations.split(), strict=True)}
    fitted = sp.Add(*(w * x for w, x in zip(ws, xs, strict=True)))
    if not noise:
        return SGD(fitted**2 / 2, list(ws), lr, data=data, batch_size=BATCH)
    return SGD((fitted - e) ** 2 / 2, list(ws), lr, data={**data, e: Normal(0, 1)}, batch_size=BATCH)


def rate_of(order: int, lr: object, effort: Effort, deviations: str = "1 1 1") -> sp.Expr:
    """lim 1/n log E||M_n ... M_1||^order, exact."""
    from ..questions.moment_exponent import moment_exponent

    chain = regression(lr, deviations, noise=False)
    return moment_exponent(chain, at=dict.fromkeys(chain.state, 0), order=order, effort=effort).exact


def index_is(kappa: int, lr: str, effort: Effort) -> Reading:
    """The rate itself, where the tail index there is proved to be the number."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..errors import Inconclusive
    from ..questions.tail_index import tail_index
    from .exact_numbers import fraction

    if tail_index(regression(lr), effort=effort).exact != kappa:
        raise Inconclusive(f"the tail index at {lr} is not proved to be {kappa}")
    return Reading(Enclosure.point(fraction(sp.Rational(lr))), Warrant.EXACT)


def threshold_by_moments(effort: Effort) -> Reading:
    """The root of the moment exponent of order 2, a formula in the learning rate."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from .exact_numbers import fraction

    lr = sp.Symbol("lr", positive=True)
    radius = sp.exp(rate_of(2, lr, effort))
    roots = {
        root
        for part in (radius.args if isinstance(radius, sp.Max) else (radius,))
        for root in sp.roots(sp.Poly((part.args[0] if isinstance(part, sp.Abs) else part) - 1, lr))
        if root.is_positive and radius.subs(lr, root) == 1
    }
    (root,) = roots
    return Reading(Enclosure.point(fraction(root)), Warrant.EXACT)


def fourth_by_moments(effort: Effort) -> Reading:
    """At 1/2 the moment exponent of order 4 is 0."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..errors import Inconclusive
    from .exact_numbers import fraction

    if rate_of(4, FOURTH, effort) != 0:
        raise Inconclusive("the moment exponent of order 4 at 1/2 is not proved to be 0")
    return Reading(Enclosure.point(fraction(sp.Rational(FOURTH))), Warrant.EXACT)


def between_by_simulation(rates: tuple[str, str], power: str, effort: Effort, chains: int) -> Reading:
    """The sampled moments of |M e| at two rates lie on both sides of 1."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..errors import Inconclusive
    from .exact_numbers import fraction

    below, above = (sampled_moment(rate, power, effort, chains).enclosure for rate in rates)
    if not below.upper < 1 < above.lower:
        raise Inconclusive("the sampled moments do not lie on both sides of 1 for certain")
    return Reading(Enclosure(*(fraction(sp.Rational(rate)) for rate in rates)), Warrant.SAMPLED)


def sampled_moment(lr: str, power: str, effort: Effort, chains: int) -> Reading:
    """E|M e|^power by one step from a unit vector."""
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .sampling import sample_mean

    chain = regression(lr, noise=False)
    start = {symbol: sp.Integer(place == 0) for place, symbol in enumerate(chain.state)}
    size = sp.Add(*(symbol**2 for symbol in chain.state)) ** (sp.Rational(power) / 2)
    return sample_mean(simulate(chain, start, 1, chains, effort, (size,)).observed[0])


def threshold_is(effort: Effort, deviations: str) -> bool:
    """Does the second moment grow from 2 S/(S + d + 1) on, the mean of the variances of the features being 1?"""
    import sympy as sp

    lr = sp.Rational(2 * BATCH, BATCH + DIMENSION + 1)
    return bool(rate_of(2, lr, effort, deviations) == 0)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.normal import Normal
    from ..proof import Argued, Cited, Identity, Roots

    lr, size, d = sp.symbols("lambda S d", positive=True)
    normal = Normal(0, 1)
    along = 1 - 2 * lr + lr**2 * (1 + 2 / size)
    across = (d - 1) * lr**2 / size
    whole = 1 - 2 * lr + lr**2 * (size + d + 1) / size
    threshold = 2 * size / (size + d + 1)
    return (
        Argued(
            "The law of M is kept by rotations, so that E|M e|^p is the same for every unit vector e",
            r"\mathbb E|M_n\cdots M_1e|^p=(\mathbb E|Me|^p)^n",
        ),
        Identity("The mean of S squares of a feature has the variance", (normal.moment(4) - 1) / size, 2 / size),
        Identity("so the component of M e along e has the second moment", along, (1 - lr) ** 2 + lr**2 * (2 / size)),
        Identity("The mean of S products of two features has the variance", normal.moment(2) ** 2 / size, 1 / size),
        Identity("so with the d - 1 components across it", along + across, whole),
        Roots("is 1 at", whole - 1, lr, (sp.Integer(0), threshold)),
        Identity("which for d = 3, S = 2 is", threshold.subs({size: 2, d: 3}), sp.Rational(2, 3)),
        Cited(
            "The stationary law has a tail of the index kappa: no moment of that order",
            r"\lim\tfrac1n\log\mathbb E\|M_n\cdots M_1\|^\kappa=0:\quad P(|w|>t)\sim Ct^{-\kappa},\quad C>0",
            "kesten1973",
        ),
    )


CLAIM = Claim(
    id="R32",
    slug="heavy-tail-threshold-in-several-dimensions",
    title="From which learning rate on the stationary variance of a regression on d features is infinite",
    statement=(
        r"Let SGD with batches of $S$ fit $\tfrac12(w\cdot x-e)^2$ with $x\in\mathbb R^d$ and $e$ independent standard normal. "
        r"The stationary law has a tail $P(|w|>t)\sim Ct^{-\kappa}$ with $\mathbb E|Mu|^\kappa=1$ for every unit vector $u$, "
        r"$M=I-\lambda\overline{xx^\top}$; $\kappa=2$ at $\lambda=\frac{2S}{S+d+1}$."
    ),
    hypotheses=(r"the top exponent is negative", "features and label noise are Gaussian, independent, of one variance"),
    cite=("kesten1973", "gurbuzbalaban2021"),
    example=r"$d=3$, $S=2$: $\kappa=2$ at $\tfrac23$, $\kappa=4$ at $\tfrac12$",
    quantities=(
        Quantity(
            "learning rate with tail index 2",
            "0.666666666666667",
            (
                Route("question", lambda effort: index_is(2, THRESHOLD, effort)),
                Route("independent", threshold_by_moments),
                Route("monte carlo", lambda effort, chains: between_by_simulation(BOUNDS, "2", effort, chains), 400_000),
            ),
            "theory.md R32",
        ),
        Quantity(
            "learning rate with tail index 4",
            "0.5",
            (
                Route("question", lambda effort: index_is(4, FOURTH, effort)),
                Route("independent", fourth_by_moments),
                Route("monte carlo", lambda effort, chains: between_by_simulation(("9/20", "11/20"), "4", effort, chains), 400_000),
            ),
            "E|M e|^4 by hand",
        ),
    ),
    control=Control(
        "features of the variances 1/4, 1 and 7/4, whose mean is 1",
        threshold_is,
        {"deviations": "1 1 1"},
        ({"deviations": "1/2 1 sqrt(7)/2"},),
    ),
    problem=lambda: regression(THRESHOLD),
    proof=proof,
)
