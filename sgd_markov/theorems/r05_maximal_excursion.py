"""R05: how far a path strays from the maximum before it converges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, LEVEL = "-1/5", "4/5", 100
EXCURSION_DIGITS = 7
"""Each digit takes about 60 more steps of every path."""
GONE = "1e-12"
"""From here a path comes back to the level with probability below 10^-7, which is added to the upper end."""


def problem() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def root_by_question(effort: Effort) -> Reading:
    """The tail index of the chain with noise added: the same equation E|M|^kappa = 1."""
    from ..laws.normal import Normal
    from ..questions.tail_index import tail_index
    from .chains import noisy

    return Reading.of(tail_index(noisy(problem(), Normal(0, 1)), effort=effort))


def root_by_sign_change(effort: Effort) -> Reading:
    from .moment_roots import by_sign_change, of_atoms

    return by_sign_change(of_atoms([("1/2", "49/25"), ("1/2", "9/25")]), "1/2", effort)


def root_by_simulation(effort: Effort, chains: int) -> Reading:
    from .moment_roots import by_simulation

    return by_simulation(problem(), "1/4", "3/4", effort, chains)


def proved_bounds(effort: Effort) -> Reading:
    """(L max|M|)^-kappa <= P <= L^-kappa with kappa = 1/2 and max|M| = 49/25."""
    from ..answer.enclosure import Enclosure
    from .chains import closed_form

    low = closed_form(f"({LEVEL}*49/25)**(-1/2)", effort)
    high = closed_form(f"{LEVEL}**(-1/2)", effort)
    return Reading(Enclosure(low.enclosure.lower, high.enclosure.upper), low.warrant)


def excursion_by_question(effort: Effort) -> Reading:
    """Both multipliers are positive, so that the level is met where w >= 100."""
    from ..questions.hitting import hitting

    few = effort.with_digits(min(effort.digits, EXCURSION_DIGITS))
    return Reading.of(hitting(problem(), start=1, target=[LEVEL, "oo"], effort=few))


def excursion_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share, widened

    far, gone = sp.Abs(w) >= LEVEL, sp.Abs(w) <= sp.Rational(GONE)
    times = first_passage(problem(), [far, gone], 20_000, effort, chains)
    return widened(sample_share(times.which == 0), "0", "1e-7")


def square_root_is_a_supermartingale(effort: Effort, lr: str) -> bool:
    """Is E|M|^(1/2) <= 1, so that P(sup|w_t/w_0| >= L) <= L^(-1/2)?"""
    from ..questions.moment_exponent import moment_exponent
    from .chains import decided, two_point

    answer = moment_exponent(two_point(A, lr), at=0, order="1/2", effort=effort)
    sign = None if answer.enclosure is None else answer.enclosure.sign
    return decided(None if sign is None else sign <= 0, "the moment exponent")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Negative, Value

    one, two = sp.Rational(49, 25), sp.Rational(9, 25)
    return (
        Negative("The exponent is negative", sp.log(one * two) / 2, {}),
        Identity(
            "and the equation for kappa has the root 1/2", sp.sqrt(one) / 2 + sp.sqrt(two) / 2, sp.Integer(1)
        ),
        Argued("so that this is a positive martingale", r"|w_t/w_0|^{\kappa}=\prod_{s<t}|M_s|^\kappa"),
        Cited("Ville's inequality", r"P(\sup_t|w_t/w_0|\ge L)\le L^{-\kappa}", "ville1939"),
        Argued(
            "Stop at the first passage: the martingale is then at most (L max|M|)^kappa, and it tends to 0 elsewhere",
            r"1=\mathbb E\big[|w_\tau/w_0|^\kappa;\tau<\infty\big]\le(L\|M\|_\infty)^\kappa P(\tau<\infty)",
        ),
        Value("At the example the upper bound", 1 / sp.sqrt(LEVEL), "0.1"),
        Value("and the lower", 1 / sp.sqrt(LEVEL * one), "0.0714285714"),
    )


CLAIM = Claim(
    id="R05",
    slug="maximal-excursion",
    title="How far a converging path strays first: the Cramer root",
    statement=(
        r"Let $\gamma=\mathbb E\log|M|<0$ and $\mathbb E|M|^\kappa=1$, $\kappa>0$. Then for every $L>1$, "
        r"$(L\|M\|_\infty)^{-\kappa}\le P\big(\sup_t|w_t/w_0|\ge L\big)\le L^{-\kappa}$."
    ),
    hypotheses=(r"$\gamma<0$", r"$\mathbb E|M|^\kappa=1$, $\kappa>0$", r"$\|M\|_\infty<\infty$ for the lower bound"),
    cite=("ville1939", "cramer1930"),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$: $\kappa=\tfrac12$; $L=100$",
    quantities=(
        Quantity(
            "Cramer root",
            "0.500000000000000",
            (
                Route("question", root_by_question),
                Route("independent", root_by_sign_change),
                Route("monte carlo", root_by_simulation, 200_000),
            ),
            "theory.md R05",
        ),
        Quantity(
            "P(sup >= 100)",
            "0.088162009",
            (
                Route("question", excursion_by_question, bounds=True),
                Route("independent", proved_bounds, bounds=True),
                Route("monte carlo", excursion_by_simulation, 24_000),
            ),
            "own, all paths merged by counts; theory.md R05 has 0.0877 from a simulation",
        ),
    ),
    control=Control(
        "learning rate 3/10: the exponent is positive, almost every path reaches every level",
        square_root_is_a_supermartingale,
        {"lr": LR},
        ({"lr": "3/10"},),
    ),
    problem=problem,
    proof=proof,
)
