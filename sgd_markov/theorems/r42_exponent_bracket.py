"""R42: any bounded function of the direction brackets the top exponent; the bounds count between the grid points too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..engines.direction_cells.matrices import RoundedMatrix
    from ..proof import Step

A, MOMENTUM, LR = "-1/5", "3/10", "4/5"
VALUE = "-0.101806"
CELLS, NODES = 2048, 64
STEPS, FORGOTTEN = 100, 30
KNOWN = ("-0.10182", "-0.10179")


def problem() -> Chain:
    from ..expressions import exact
    from ..laws.two_point import TwoPoint
    from ..optimizers.heavy_ball import HeavyBall
    from .chains import w, x

    centre = exact(A, "a")
    return HeavyBall(x * w**2 / 2, [w], LR, momentum=MOMENTUM, data={x: TwoPoint(centre + 1, centre - 1)})


def by_question(effort: Effort) -> Reading:
    from ..questions.lyapunov import lyapunov

    return Reading.of(
        lyapunov(problem(), at=dict.fromkeys(problem().state, 0), effort=effort.with_digits(min(effort.digits, 3)))
    )


def matrices() -> list[sp.Matrix]:
    import sympy as sp

    from .plane_products import momentum_pair

    return momentum_pair(sp.Rational(LR), sp.Rational(MOMENTUM), sp.Rational(A))


def by_constant_cells(effort: Effort) -> Reading:
    from . import plane_products

    return plane_products.by_constant_cells(matrices(), CELLS, effort)


def by_simulation(effort: Effort, chains: int) -> Reading:
    from . import plane_products

    return plane_products.by_simulation(matrices(), FORGOTTEN, STEPS, effort, chains)


def holds_the_exponent(effort: Effort, extrema: str) -> bool:
    """Do inf and sup of phi + P h - h, h linear between 64 nodes and solving the equation there, hold the exponent?

    `extrema` are taken over whole cells, or over the nodes alone.
    """
    from fractions import Fraction

    import numpy as np

    from ..engines.direction_cells.bracket import Law, one_step, solution
    from ..engines.direction_cells.grid import Grid
    from ..engines.direction_cells.linear_pieces import linear_pieces
    from ..engines.direction_cells.matrices import mean_scale

    known = rounded()
    pieces = [linear_pieces(Grid.uniform(NODES), matrix) for matrix in known]
    law = Law([piece for piece in pieces if piece is not None], [0.5, 0.5])
    values = solution(law)
    if extrema == "cells":
        low, high = (one_step(law, values, side)[0].bound for side in (-1, 1))
    else:
        residual = law.step(values)[0] - values
        low, high = float(np.min(residual)), float(np.max(residual))
    scale = float(mean_scale(known))
    return low + scale <= Fraction(KNOWN[0]) and Fraction(KNOWN[1]) <= high + scale


def rounded() -> list[RoundedMatrix]:
    import sympy as sp

    from ..engines.direction_cells.matrices import RoundedMatrix

    made = [RoundedMatrix.of(sp.Rational(1, 2), matrix) for matrix in matrices()]
    return [matrix for matrix in made if matrix is not None]


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity

    s, m, c, d, e, f = sp.symbols("s m c d e f", real=True)
    first, second = c + d * s, e + f * s
    growth, place = sp.log(first), second / first
    det = c * f - d * e
    return (
        Argued(
            "Let c be the supremum of phi + P h - h over all directions; telescoped along the chain of directions from v,",
            r"\mathbb E\log\|A^{(n)}v\| = \sum_{k<n}\mathbb E\varphi(\theta_k) \le n\,c + h(\theta_0) - \mathbb Eh(\theta_n)",
        ),
        Argued(
            "The mean of log ||Bv|| over all directions v is at least log ||B|| - log 2, and at most log ||B||; so",
            r"\inf_\theta(\varphi + Ph - h) \le \lim\tfrac1n\mathbb E\log\|A^{(n)}\| \le \sup_\theta(\varphi + Ph - h)",
        ),
        Cited("which is the exponent, almost surely", r"\Lambda_1 = \lim\tfrac1n\log\|A^{(n)}\|", "furstenberg1960"),
        Argued(
            "On the boundary of the square the leading coordinate of A u is affine in the place s, and the place of the image a quotient",
            r"\|Au\|_\infty = D(s) = c + ds, \qquad T(s) = \frac{e + fs}{c + ds}",
        ),
        Identity("so that the image moves by", sp.diff(place, s), det / first**2),
        Identity("and bends by", sp.diff(place, s, 2), -2 * d * det / first**3),
        Identity(
            "Where h has slope m, one matrix contributes a function of curvature",
            sp.diff(growth + m * place, s, 2),
            -((d / first) ** 2) - 2 * m * d * det / first**3,
        ),
        Argued(
            "which stays within L^2/8 times its bound of its chord over a piece of length L: inf and sup over whole cells, not nodes",
            r"|g(s) - \text{chord}(s)| \le \tfrac{L^2}8\sup|g''|",
        ),
        Argued(
            "With e_j at least the excess on the cells at node j, solving for h with it makes the bound an average over the visits",
            r"h_j + c = (\varphi + Ph)_j + e_j \ \Rightarrow\ \Lambda_1 \le c",
        ),
    )


CLAIM = Claim(
    id="R42",
    slug="exponent-bracket",
    title="Any function of the direction brackets the top exponent",
    statement=(
        r"Let $A$ be a random matrix with $\mathbb E\log^+\|A\|<\infty$, $\varphi(\theta)=\mathbb E\log\|Ae_\theta\|$ and "
        r"$(Ph)(\theta)=\mathbb Eh(A\theta)$ on the directions. For every bounded measurable $h$, "
        r"$\inf_\theta(\varphi+Ph-h)\le\Lambda_1\le\sup_\theta(\varphi+Ph-h)$."
    ),
    hypotheses=("matrices are independent", r"infimum and supremum run over all $\theta$, not over grid points only"),
    cite=("furstenberg1960",),
    example=r"heavy ball, $\mu=\tfrac3{10}$, $\lambda=\tfrac45$, $x=-\tfrac15\pm1$",
    quantities=(
        Quantity(
            "top exponent",
            VALUE,
            (
                Route("question", by_question, bounds=True),
                Route("independent", by_constant_cells, bounds=True),
                Route("monte carlo", by_simulation, 16_000),
            ),
            "theory.md R42",
        ),
    ),
    control=Control(
        "extrema over 64 nodes only: the bracket shrinks to a number beside the exponent",
        holds_the_exponent,
        {"extrema": "cells"},
        ({"extrema": "nodes"},),
    ),
    problem=problem,
    proof=proof,
)
