"""R02: SGD converges to a strict local maximum, at a rate that is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR = "-1/5", "4/5"
PATH = 3
"""Steps of the enumerated paths."""


def problem() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def by_question(effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(problem(), effort)


def by_enumeration(effort: Effort) -> Reading:
    """(1/n) E log|w_n/w_0| over all paths of n steps, from the exact law of w_n."""
    from ..questions.law import law
    from .chains import mean_of_logs

    atoms = law(problem(), start=1, steps=PATH, set=["-oo", "oo"], effort=effort).atoms
    return mean_of_logs([(atom["probability"].exact / PATH, place(atom["to"])) for atom in atoms], effort)


def place(to: Any) -> sp.Expr:
    """Where an atom lies: a number object, or a table of one."""
    place: sp.Expr = (to["w"] if isinstance(to, Mapping) else to).exact
    return place


def by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import log_growth

    return log_growth(problem(), effort, chains)


def converges_to_maximum(effort: Effort, a: str, lr: str) -> bool:
    """Is the origin a strict local maximum of the expected loss to which almost every path converges?"""
    import sympy as sp

    from .chains import attracts, two_point

    return sp.Rational(a) < 0 and attracts(two_point(a, lr), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Definition, Identity, Negative, Positive, Value

    a, lr, w, q = sp.symbols("a lambda w q", real=True)
    one, two = 1 - lr * (a + 1), 1 - lr * (a - 1)
    example = {a: sp.Rational(A), lr: sp.Rational(LR)}
    expected = ((a + 1) * w**2 / 2 + (a - 1) * w**2 / 2) / 2
    return (
        Identity("The expected loss", expected, a * w**2 / 2),
        Negative("has a negative second derivative: the origin is a strict local maximum", a, {a: (-1, 0)}),
        Definition("Two steps, one with each value of the data, multiply w by", q, one * two),
        Identity("that is", q, (1 - a * lr) ** 2 - lr**2, given={q: one * two}),
        Identity("At the example", one.subs(example) * two.subs(example), sp.Rational(441, 625)),
        Positive("the two together contract", 1 - sp.Rational(441, 625), {}),
        Value("so the exponent is negative", sp.log(sp.Rational(441, 625)) / 2, "-0.174353387144778"),
        Cited(
            "The law of large numbers for the independent logarithms of the multipliers",
            r"\frac1n\log\left|\frac{w_n}{w_0}\right| = \frac1n\sum_{s<n}\log|M_s| \to \gamma = \tfrac12\log|q| < 0"
            r"\quad\text{a.s.},\qquad w_n \to 0",
            "etemadi1981",
        ),
    )


CLAIM = Claim(
    id="R02",
    slug="local-maximum",
    title="SGD converges to a strict local maximum",
    statement=(
        r"Let $\ell(w;x)=xw^2/2$ with $x=a\pm1$, probability $\tfrac12$ each, $-1<a<0$. The Lyapunov exponent at the "
        r"local maximum $0$ is $\gamma=\tfrac12\log|q|$, $q=(1-\lambda a)^2-\lambda^2$. If $|q|<1$ then "
        r"$w_t\to0$ almost surely from every start, and $\frac1t\log|w_t|\to\gamma<0$."
    ),
    hypotheses=(r"$-1<a<0$: a strict local maximum of $L(w)=aw^2/2$", r"$|q|<1$", "samples are independent"),
    cite=("ziyin2022", "etemadi1981"),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$: $\gamma=\tfrac12\log\tfrac{441}{625}$",
    quantities=(
        Quantity(
            "exponent",
            "-0.174353387144778",
            (
                Route("question", by_question),
                Route("independent", by_enumeration),
                Route("monte carlo", by_simulation, 40_000),
            ),
            "theory.md R02",
        ),
    ),
    control=Control(
        "learning rates 3/10 and 19/10, below and above the window: the exponent is positive and paths leave",
        converges_to_maximum,
        {"a": A, "lr": LR},
        ({"a": A, "lr": "3/10"}, {"a": A, "lr": "19/10"}),
    ),
    problem=problem,
    proof=proof,
)
