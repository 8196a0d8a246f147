"""R19: SGD converges to a strict local maximum from everywhere in an interval, with probability 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, START = "-1/5", "4/5", 1
NEAR = "1e-14"
"""From here a path leaves the neighbourhood again with probability below 10^-6, by A1-loc."""


def problem() -> Chain:
    from .landscapes import quartic

    return quartic(A, LR)


def mass_by_question(effort: Effort) -> Reading:
    import sympy as sp

    from .landscapes import mass_at

    return mass_at(problem(), START, (sp.Integer(0),), effort, digits=2)


def mass_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share, widened

    times = first_passage(problem(), [sp.Abs(w) <= sp.Rational(NEAR)], 20_000, effort, chains, START)
    return widened(sample_share(times.which == 0), "1e-6", "0")


def largest_rate_by_sign_change(effort: Effort) -> Reading:
    """Where 4/27 M_1^3 = 1 + M_2, by the signs of the difference on both sides."""
    import sympy as sp

    from .chains import sign_change

    def sign(lr: sp.Rational, effort: Effort) -> int:
        return int(sp.sign(sp.Rational(4, 27) * (1 + lr * sp.Rational(6, 5)) ** 3 - 2 + lr * sp.Rational(4, 5)))

    return sign_change(sign, "0.8827617354165652737888023879271977761773", effort)


def largest_rate_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(largest_rate(), effort)


def largest_rate() -> str:
    """Cardano's formula for y^3 + 9/2 y - 18 = 0, y = 1 + 6/5 lr."""
    return "5/6*((9 + sqrt(675/8))**(1/3) - (sqrt(675/8) - 9)**(1/3) - 1)"


def largest_rate_by_simulation(effort: Effort, chains: int) -> Reading:
    """Between 7/8 and 9/10: one step from the worst place of [-R, R] stays inside, or does not."""
    from fractions import Fraction

    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.monte_carlo.run import simulate
    from ..errors import Inconclusive
    from .chains import w
    from .landscapes import quartic

    ends = ("7/8", "9/10")
    stays = []
    for lr in map(sp.Rational, ends):
        steep, gentle = 1 + lr * sp.Rational(6, 5), 1 - lr * sp.Rational(4, 5)
        run = simulate(quartic(A, str(lr)), {w: sp.sqrt(steep / (3 * lr)).evalf(15)}, 1, max(64, chains // 100), effort)
        stays.append(bool((abs(run.final[0]) <= float(sp.sqrt((1 + gentle) / lr))).all()))
    if stays != [True, False]:
        raise Inconclusive(f"steps from the worst place stay inside: {stays}")
    return Reading(Enclosure(*map(Fraction, ends)), Warrant.SAMPLED)


def ends_at_the_maximum(effort: Effort, lr: str) -> bool:
    """Does the chain from 1 converge to 0 with probability 1, as `limit` proves it?"""
    import sympy as sp

    from .landscapes import is_certain, mass_at, quartic

    return is_certain(mass_at(quartic(A, lr), START, (sp.Integer(0),), effort, digits=2))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..expressions import exact
    from ..proof import Argued, Cited, Definition, Identity, Negative, Positive, Value

    w, lr, u, c = sp.symbols("w lambda u c", real=True)
    a = sp.Rational(A)
    steep, gentle, edge = 1 + lr * (1 - a), 1 - lr * (1 + a), sp.Symbol("R", positive=True)
    rate = sp.Rational(LR)
    return (
        Identity("One step with the curvature x", w - lr * sp.Derivative(sp.Symbol("x") * w**2 / 2 + c * w**4 / 4, w),
                 w * (1 - lr * sp.Symbol("x") - lr * c * w**2)),
        Definition("With u = lr c w^2 and the two multipliers, R is where u = 1 + M_2", edge, sp.sqrt((1 + gentle) / (lr * c))),
        Argued("The gentle map multiplies w by M_2 - u, which lies in [-1, M_2] for |w| <= R: it never moves away from 0",
               r"|f_2(w)|\le|w|,\quad\text{strictly for }0<|w|<R"),
        Positive("because 0 < M_2 < 1 in the example", gentle.subs(lr, rate), {}),
        Positive("and M_2 < 1", 1 - gentle.subs(lr, rate), {}),
        Identity("The steep map has its largest value where u = M_1/3; its square there, times lr c, is",
                 (u * (steep - u) ** 2).subs(u, steep / 3), sp.Rational(4, 27) * steep**3),
        Positive("which is below lr c R^2 = 1 + M_2", (1 + gentle - sp.Rational(4, 27) * steep**3).subs(lr, rate), {}),
        Identity("At R the steep map multiplies by", steep - (1 + gentle), 2 * lr - 1),
        Positive("of size below 1 for lr < 1: [-R, R] is mapped into itself, by the steep map into a compact part of its inside",
                 (1 - (2 * lr - 1) ** 2).subs(lr, rate), {}),
        Negative("The exponent at 0 is negative", sp.log(sp.Rational(441, 625)) / 2, {}),
        Argued("One steep and n gentle steps lead into every neighbourhood of 0, n the same for all starts; A1-loc takes over there",
               r"P_w(w_t\to0)\ge c_0>0\quad\text{for all }|w|\le R"),
        Cited("Levy's 0-1 law", r"P_{w_t}(w_s\to0)\to1_{\{w_s\to0\}}\ \text{a.s., so that }P_w(w_s\to0)=1", "williams1991"),
        Value("The condition ends at the learning rate", exact(largest_rate(), "rate"), "0.882761735416565"),
        Identity("where the two sides are equal", (sp.Rational(4, 27) * steep**3 - 1 - gentle),
                 sp.Rational(4, 27) * (1 + sp.Rational(6, 5) * lr) ** 3 - 2 + sp.Rational(4, 5) * lr),
    )


CLAIM = Claim(
    id="R19",
    slug="global-convergence",
    title="Global convergence to a local maximum",
    statement=(
        r"Let $\ell=xw^2/2+cw^4/4$ with $x=a\pm1$, probability $\tfrac12$ each, $-1<a<0<c$; $L$ has a strict local maximum "
        r"at $0$ and its minima at $\pm\sqrt{-a/c}$. With $M_1=1+\lambda(1-a)$, $M_2=1-\lambda(1+a)$, "
        r"$R^2=(1+M_2)/(\lambda c)$: if $\frac{-2a}{1-a^2}<\lambda<\min\big(\frac{-a+\sqrt{2-a^2}}{1-a^2},1\big)$ and "
        r"$\tfrac4{27}M_1^3<1+M_2$, then $w_t\to0$ almost surely from every $|w_0|\le R$."
    ),
    hypotheses=(r"$-1<a<0<c$", r"negative exponent at $0$, $\lambda<1$ (hence $0<M_2<1$)", r"$\tfrac4{27}M_1^3<1+M_2$"),
    cite=("ziyin2022", "chemnitz2024", "williams1991"),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$, $c=1$, $w_0=1$",
    quantities=(
        Quantity(
            "P(limit is the maximum)",
            "1.000000000000000",
            (
                Route("question", mass_by_question),
                Route("monte carlo", mass_by_simulation, 20_000),
            ),
            "theory.md R19",
        ),
        Quantity(
            "largest learning rate",
            "0.882761735416565",
            (
                Route("independent", largest_rate_by_formula),
                Route("further", largest_rate_by_sign_change),
                Route("monte carlo", largest_rate_by_simulation, 20_000),
            ),
            "theory.md R19",
        ),
    ),
    control=Control(
        "learning rate 3/10, below the window: the maximum repels, the chain ends in a set around a minimum",
        ends_at_the_maximum,
        {"lr": LR},
        ({"lr": "3/10"},),
    ),
    problem=problem,
    proof=proof,
)
