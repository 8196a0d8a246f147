"""R06: SGD escapes a saddle arbitrarily slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

STEPS = 64


def saddle(a: object, lr: object) -> Chain:
    """l = x u^2/2 + v^2/2 with x = a +- 1: unstable along u for a < 0, stable along v."""
    import sympy as sp

    from ..expressions import exact
    from ..laws.two_point import TwoPoint
    from ..optimizers.sgd import SGD

    u, v, x = sp.symbols("u v x", real=True)
    centre = exact(a, "a")
    return SGD(x * u**2 / 2 + v**2 / 2, [u, v], lr, data={x: TwoPoint(centre + 1, centre - 1)})


def slowest_rate(a: str) -> sp.Rational:
    """lr* = -a/(1 - a^2), where the escape is fastest on the branch of small learning rates."""
    import sympy as sp

    return -sp.Rational(a) / (1 - sp.Rational(a) ** 2)


def problem() -> Chain:
    return saddle("-1/5", slowest_rate("-1/5"))


def by_question(a: str, effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(saddle(a, slowest_rate(a)), effort)


def by_bound(a: str, effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"-log(1 - ({a})**2)/2", effort)


def by_simulation(a: str, effort: Effort, chains: int) -> Reading:
    """(1/T) E log|u_T/u_0|: the growth along the unstable direction."""
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .sampling import sample_mean

    chain = saddle(a, slowest_rate(a))
    u, v = chain.state
    run = simulate(chain, {u: sp.Integer(1), v: sp.Integer(1)}, STEPS, chains, effort, (sp.log(sp.Abs(u)) / STEPS,))
    return sample_mean(run.observed[0])


def no_faster_than_the_bound(effort: Effort, a: str, lr: str) -> bool:
    """Is 0 < exponent <= -log(1 - a^2)/2? The top exponent, along the unstable direction."""
    import sympy as sp

    from ..balls.adaptive import proved_sign
    from ..questions.lyapunov import lyapunov
    from .chains import decided

    exponent = lyapunov(saddle(a, lr), at={"u": 0, "v": 0}, effort=effort)
    escapes = decided(None if exponent.attracts is None else not exponent.attracts, "the exponent")
    sign = proved_sign(-sp.log(1 - sp.Rational(a) ** 2) / 2 - exponent.exact, effort)
    return escapes and decided(None if sign is None else sign >= 0, "the bound")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Definition, Identity, Limit, Positive

    a, lr, q = sp.symbols("a lambda q", real=True)
    product = (1 - lr * (a + 1)) * (1 - lr * (a - 1))
    best, critical = -a / (1 - a**2), (1 - sp.sqrt(1 + lr**2)) / lr
    descent = {a: (sp.Integer(-1), sp.Integer(0))}
    return (
        Definition("Along the unstable direction two steps multiply by", q, product),
        Identity(
            "complete the square", q, 1 / (1 - a**2) - (1 - a**2) * (lr - best) ** 2, given={q: product}
        ),
        Positive("so the product is at most its value at the vertex", 1 - a**2, descent),
        Positive("which is above 1", 1 / (1 - a**2) - 1, descent),
        Argued(
            "on the branch below the lower edge the product is above 1: the exponent is positive and bounded",
            r"0<\gamma=\tfrac12\log q\le-\tfrac12\log(1-a^2)",
        ),
        Limit("and the bound tends to 0 with a", -sp.log(1 - a**2) / 2, a, sp.Integer(0), sp.Integer(0)),
        Identity(
            "For any learning rate some a makes the product 1", product.subs(a, critical), sp.Integer(1)
        ),
        Positive("and it is an ordinary saddle: a is negative", -critical, {lr: (sp.Integer(0), sp.oo)}),
        Positive("and above -1", 1 + critical, {lr: (sp.Integer(0), sp.oo)}),
        Argued(
            "near it the exponent is as small as one likes, while gradient descent escapes at a fixed rate",
            r"\gamma\to0,\qquad \log(1+\lambda|a|)\to\log\sqrt{1+\lambda^2}>0",
        ),
        Identity("which is", 1 - lr * critical, sp.sqrt(1 + lr**2)),
    )


def routes(a: str) -> tuple[Route, ...]:
    return (
        Route("question", lambda effort: by_question(a, effort)),
        Route("independent", lambda effort: by_bound(a, effort)),
        Route("monte carlo", lambda effort, chains: by_simulation(a, effort, chains), 30_000),
    )


CLAIM = Claim(
    id="R06",
    slug="slow-escape",
    title="SGD escapes a saddle arbitrarily slowly",
    statement=(
        r"Let $\ell=xu^2/2+v^2/2$ with $x=a\pm1$, probability $\tfrac12$ each, $-1<a<0$: the origin is a saddle. For "
        r"$0<\lambda<\frac{-2a}{1-a^2}$ the rate of escape satisfies $0<\gamma\le-\tfrac12\log(1-a^2)$, with equality "
        r"at $\lambda^*=\frac{-a}{1-a^2}$; and for every $\lambda>0$ and $\epsilon>0$ some $a\in(-1,0)$ has "
        r"$0<\gamma<\epsilon$, although gradient descent escapes at the rate $\log(1+\lambda|a|)$."
    ),
    hypotheses=(r"$-1<a<0$", r"$0<\lambda<\frac{-2a}{1-a^2}$ for the bound", r"$\lambda<2$"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$ and $a=-\tfrac1{1000}$ at $\lambda^*$",
    quantities=(
        Quantity("rate at a = -1/5", "0.0204109972601276", routes("-1/5"), "theory.md R06"),
        Quantity("rate at a = -1/1000", "0.000000500000250000167", routes("-1/1000"), "theory.md R06"),
    ),
    control=Control(
        "learning rate 19/10, above the window: the escape is faster than the bound",
        no_faster_than_the_bound,
        {"a": "-1/5", "lr": "5/24"},
        ({"a": "-1/5", "lr": "19/10"},),
    ),
    problem=problem,
    proof=proof,
)
