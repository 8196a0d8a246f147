"""R24: AMSGrad without epsilon has no scale of its own: only w/lr matters, and its effective rate does not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import sympy as sp
    from numpy.typing import NDArray

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, BETA2, START, STEPS = "-1/5", "1/2", "9/20", 2
SCALE = "7/3"
LONG, AGREEMENT = 200, "1e-9"
"""Steps over which two simulated rates are compared, and how far rounding may part them."""


def problem() -> Chain:
    return scaled("1")


def scaled(scale: str, epsilon: str = "0") -> Chain:
    """AMSGrad with the learning rate `scale` on l = x w^2/2, x = a +- 1, beta1 = 0."""
    import sympy as sp

    from ..laws.two_point import TwoPoint
    from ..optimizers.amsgrad import AMSGrad
    from .chains import w, x

    a = sp.Rational(A)
    return AMSGrad(x * w**2 / 2, [w], scale, 0, BETA2, epsilon, data={x: TwoPoint(a + 1, a - 1)})


def rate(chain: Chain, epsilon: str = "0") -> sp.Expr:
    """The effective learning rate lr/(sqrt(vhat) + epsilon), in the state."""
    import sympy as sp

    return chain.learning_rate / (sp.sqrt(chain.state[-1]) + sp.Rational(epsilon))


def by_question(effort: Effort) -> Reading:
    """E of the effective rate after two steps from w = 9/20 lr, lr = 7/3: kernels at every state that is reached."""
    import sympy as sp

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine_expression

    chain = scaled(SCALE)
    mean = sp.Add(*(p * rate(chain).subs(end) for p, end in ends(chain, start(SCALE), STEPS, effort)))
    return Reading(refine_expression(mean, effort, "the mean rate"), Warrant.CERTIFIED)


def start(scale: str) -> dict[sp.Symbol, sp.Expr]:
    import sympy as sp

    return scaled(scale).point(sp.Rational(START) * sp.Rational(scale), "start")


def ends(
    chain: Chain, place: dict[sp.Symbol, sp.Expr], steps: int, effort: Effort
) -> Iterator[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """(probability, state) at the end of every path, by the question `kernel`."""
    import sympy as sp

    from ..questions.kernel import kernel

    if steps == 0:
        yield sp.Integer(1), place
        return
    for atom in kernel(chain, at=place, effort=effort).extra["atoms"]:
        after = {symbol: atom["to"][str(symbol)].exact for symbol in chain.state}
        for probability, end in ends(chain, after, steps - 1, effort):
            yield atom["probability"].exact * probability, end


def by_reduced_chain(effort: Effort) -> Reading:
    """The chain of the effective rate, s = |w|/sqrt(vhat) and rho = v/vhat from lr = 1, in ball arithmetic."""
    from flint import arb

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine
    from ..balls.precision import ball
    from ..errors import Inconclusive
    from .exact_numbers import fraction

    def moved(effective: arb, s: arb, rho: arb, x: arb) -> tuple[arb, arb, arb]:
        q = ball(fraction(BETA2)) * rho + ball(1 - fraction(BETA2)) * (x * s) ** 2
        if not (q < 1 or q > 1):
            raise Inconclusive("whether the second moment has a new maximum is not decided")
        record = q if q > 1 else arb(1)
        slower = effective / record.sqrt()
        return slower, s * abs(1 - x * slower) / record.sqrt(), q / record

    def first(x: arb) -> tuple[arb, arb, arb]:
        root = ball(1 - fraction(BETA2)).sqrt() * abs(x) * ball(fraction(START))
        return 1 / root, ball(fraction(START)) * abs(1 - x / root) / root, arb(1)

    def mean() -> arb:
        curvatures = [ball(fraction(A) + 1), ball(fraction(A) - 1)]
        states = [first(x) for x in curvatures]
        for _ in range(STEPS - 1):
            states = [moved(*state, x) for state in states for x in curvatures]
        return sum((effective for effective, _, _ in states), start=arb(0)) / len(states)

    return Reading(refine(mean, effort, "the mean rate"), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import sample_mean

    return sample_mean(simulated_rates(SCALE, STEPS, effort, chains))


def simulated_rates(scale: str, steps: int, effort: Effort, chains: int) -> NDArray[np.float64]:
    from ..engines.monte_carlo.run import simulate

    chain = scaled(scale)
    rates: NDArray[np.float64] = simulate(chain, start(scale), steps, chains, effort, (rate(chain),)).observed[0]
    return rates


def ratio_by_algebra(effort: Effort) -> Reading:
    """1, if the scaled map is proved to be the map scaled, from any state and for any learning rate."""
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..errors import Inconclusive

    if not commutes():
        raise Inconclusive("the scaled map is not recognised as the map scaled")
    return Reading(Enclosure.point(1), Warrant.EXACT)


def commutes() -> bool:
    """Does (w, m, v, vhat, lr) -> (c w, c m, c^2 v, c^2 vhat, c lr) commute with one step?"""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.amsgrad import AMSGrad
    from .chains import w, x

    lr, c = sp.symbols("lr c", positive=True)
    chain = AMSGrad(x * w**2 / 2, [w], lr, "1/3", BETA2, 0, data={x: Normal(0, 1)})
    sizes = (c, c, c**2, c**2)
    larger = {symbol: size * symbol for symbol, size in zip((*chain.state, lr), (*sizes, c), strict=True)}
    steps = zip(chain.one_sample_map, sizes, strict=True)
    return all(sp.expand(pulled_out(step.subs(larger, simultaneous=True), c) - size * step) == 0 for step, size in steps)


def pulled_out(step: sp.Expr, c: sp.Symbol) -> sp.Expr:
    """max(c^2 a, c^2 b) = c^2 max(a, b) for c > 0, also in a comparison with 0."""
    import sympy as sp

    step = step.replace(sp.Max, lambda *parts: c**2 * sp.Max(*(sp.expand(part / c**2) for part in parts)))
    return step.replace(sp.StrictGreaterThan, lambda left, right: (left / c**2 > 0) if right == 0 else left > right)


def ratio_by_simulation(effort: Effort, chains: int) -> Reading:
    """The effective rates of two runs with the same draws, one scaled: the smallest and the largest of their ratios."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from .sampling import widened

    ratios = simulated_rates(SCALE, LONG, effort, chains) / simulated_rates("1", LONG, effort, chains)
    span = Enclosure(Fraction(float(ratios.min())), Fraction(float(ratios.max())))
    return widened(Reading(span, Warrant.SAMPLED), AGREEMENT, AGREEMENT)


def scale_free(effort: Effort, epsilon: str) -> bool:
    """Is the effective rate after the first step the same from (w, lr) and from (c w, c lr)?"""
    import sympy as sp

    from ..balls.adaptive import proved_sign
    from .chains import x

    rates = []
    for scale in ("1", SCALE):
        chain = scaled(scale, epsilon)
        largest = chain.one_sample_map[-1].subs({**start(scale), x: sp.Rational(A) + 1})
        rates.append(rate(chain, epsilon).subs(chain.state[-1], largest))
    return proved_sign(rates[0] - rates[1], effort) == 0


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity

    w, m, x = sp.symbols("w m x", real=True)
    c, lr, v, old, beta1, beta2, largest, q = sp.symbols("c lambda v vhat beta1 beta2 V Q", positive=True)
    g, mean, square = x * w, beta1 * m + (1 - beta1) * x * w, beta2 * v + (1 - beta2) * (x * w) ** 2

    def maximum(a: sp.Expr, b: sp.Expr) -> sp.Expr:
        return (a + b + sp.sqrt((a - b) ** 2)) / 2

    return (
        Identity("With c w the gradient is c times what it was", x * (c * w), c * g),
        Identity("so is the first moment", beta1 * (c * m) + (1 - beta1) * x * (c * w), c * mean),
        Identity("and the second is c^2 times that", beta2 * c**2 * v + (1 - beta2) * (x * c * w) ** 2, c**2 * square),
        Identity("A maximum, max(a, b) = (a + b + |a - b|)/2, goes along", maximum(c**2 * old, c**2 * v), c**2 * maximum(old, v)),
        Identity("so that the step with c lr is c times the step", c * w - c * lr * c * m / sp.sqrt(c**2 * largest),
                 c * (w - lr * m / sp.sqrt(largest))),
        Identity("while the effective rate stays as it is", c * lr / sp.sqrt(c**2 * largest), lr / sp.sqrt(largest)),
        Argued("By induction over the steps, with the same draws", r"(w_t,m_t,v_t,\hat v_t)\mapsto(cw_t,cm_t,c^2v_t,c^2\hat v_t),\quad"
               r"\lambda_t\mapsto\lambda_t"),
        Identity("Reduction: where the second moment grows by the factor Q the rate is divided by sqrt(Q)",
                 lr / sp.sqrt(q * largest), lr / sp.sqrt(largest) / sp.sqrt(q)),
        Identity("and for beta1 = 0 the next w over the root of the next second moment holds neither w nor lr alone",
                 (w - lr * x * w / sp.sqrt(q * largest)) / sp.sqrt(q * largest),
                 w / sp.sqrt(largest) * (1 - x * lr / sp.sqrt(largest) / sp.sqrt(q)) / sp.sqrt(q)),
    )  # fmt: skip


CLAIM = Claim(
    id="R24",
    slug="amsgrad-scaling",
    title="AMSGrad has no scale of its own",
    statement=(
        r"For AMSGrad with $\varepsilon=0$ on $\ell=xw^2/2$ and any $c>0$ the map "
        r"$(w,m,v,\hat v,\lambda)\mapsto(cw,cm,c^2v,c^2\hat v,c\lambda)$ commutes with the update: only $w_0/\lambda$ matters, and "
        r"the effective learning rate $\lambda_t=\lambda/\sqrt{\hat v_t}$ does not change. For $\beta_1=0$ the triple "
        r"$(\lambda_t,|w_t|/\sqrt{\hat v_t},v_t/\hat v_t)$ moves by itself."
    ),
    hypotheses=(r"$\varepsilon=0$", "no noise, clipping, projection or rounding with a scale of its own"),
    cite=("reddi2018", "ziyin2022"),
    example=r"$a=-\tfrac15$, $\beta_1=0$, $\beta_2=\tfrac12$, $w_0=\tfrac9{20}\lambda$, $c=\tfrac73$",
    quantities=(
        Quantity(
            "mean rate after 2 steps",
            "1.119130863513709",
            (
                Route("question", by_question),
                Route("independent", by_reduced_chain),
                Route("monte carlo", by_simulation, 40_000),
            ),
            "theory.md A.4: the reduced chain",
        ),
        Quantity(
            "ratio of effective rates",
            "1.00000000",
            (
                Route("independent", ratio_by_algebra),
                Route("monte carlo", ratio_by_simulation, 2_000),
            ),
            "theory.md R24",
        ),
    ),
    control=Control(
        "epsilon 1/10: a scale of its own, and the effective rates differ after the first step",
        scale_free,
        {"epsilon": "0"},
        ({"epsilon": "1/10"},),
    ),
    problem=problem,
    proof=proof,
)
