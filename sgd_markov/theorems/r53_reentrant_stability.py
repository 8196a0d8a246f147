"""R53: a minimum that attracts for small and for larger learning rates, but not in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .windows import edge_routes

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A = "6/5"
R1, R2, R3 = (
    "1.02651936964820846109829603076520486283817",
    "4.42802608489724608435624942378024968261637",
    "5.454545454545454545454545454545454545455",
)


def chain_at(lr: object) -> Chain:
    from .chains import two_point

    return two_point(A, lr)


def attracts_twice(effort: Effort, a: str) -> bool:
    """Does the window consist of two intervals?"""
    from functools import partial

    from .chains import two_point
    from .windows import intervals

    return intervals(partial(two_point, a), effort) == 2


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Definition, Identity, Positive, Roots

    a, lr, q = sp.symbols("a lambda q", real=True)
    meaning = {q: (1 - lr * (a + 1)) * (1 - lr * (a - 1))}
    first, second = ((a - side * sp.sqrt(2 - a**2)) / (a**2 - 1) for side in (1, -1))
    third = 2 * a / (a**2 - 1)
    steep = {a: (sp.Integer(1), sp.sqrt(2))}
    return (
        Definition("The product of the two multipliers", q, meaning[q]),
        Identity("now a parabola that opens upwards", q, 1 - 2 * a * lr + (a**2 - 1) * lr**2, given=meaning),
        Positive("since", a**2 - 1, steep),
        Roots("It crosses -1 twice", 1 + q, lr, (first, second), given=meaning),
        Roots("and comes back to 1", 1 - q, lr, (sp.Integer(0), third), given=meaning),
        Positive("The ends are in order: the first is positive", first, steep),
        Positive("the second above the first", second - first, steep),
        Positive("the third above the second", third - second, steep),
        Argued("|q| < 1 on the two outer pieces", r"\gamma<0\iff\lambda\in(0,r_1)\cup(r_2,r_3)"),
    )


CLAIM = Claim(
    id="R53",
    slug="reentrant-stability",
    title="Stability is re-entrant: a larger learning rate may attract again",
    statement=(
        r"Let $\ell=xw^2/2$ with $x=a\pm1$, probability $\tfrac12$ each, $1<a<\sqrt2$: a minimum. Then $w_t\to0$ almost surely "
        r"if and only if $\lambda\in(0,r_1)\cup(r_2,r_3)$, with $r_{1,2}=\frac{a\mp\sqrt{2-a^2}}{a^2-1}$ and "
        r"$r_3=\frac{2a}{a^2-1}$."
    ),
    hypotheses=(r"$1<a<\sqrt2$", r"$\lambda>0$", "samples are independent"),
    cite=("ziyin2022",),
    example=r"$a=\tfrac65$",
    quantities=(
        Quantity("end of the first interval", "1.02651936964821", edge_routes(chain_at, (0, 1), R1, ("9/10", "115/100")), "theory.md R53"),
        Quantity("start of the second", "4.42802608489725", edge_routes(chain_at, (1, 0), R2, ("42/10", "46/10")), "theory.md R53"),
        Quantity("end of the second", "5.45454545454545", edge_routes(chain_at, (1, 1), R3, ("51/10", "58/10")), "theory.md R53"),
    ),
    control=Control(
        "a = 3/2, above sqrt(2): the product never falls to -1, the window is one interval",
        attracts_twice,
        {"a": A},
        ({"a": "3/2"},),
    ),
    problem=lambda: chain_at("1"),
    proof=proof,
)
