"""R27: label noise makes a two-layer network collapse to 0 in a window of learning rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..laws.law import Law
    from ..proof import Step

A, LR = "1/5", "4/5"
LOWER, UPPER = "0.41666666666666666666666666666666666667", "1.25"
LARGEST = "0.44721359549995793928183473374625524709"
START, DELTA, PLUS, MINUS = "1/800", "1/4", "9/20", "1"
"""Start of w1, size of the region for |w1 + w2| and |w1 - w2|, orders of the exponential moments."""
NEAR = "1e-12"


def problem() -> Chain:
    from .networks import label_noise

    return label_noise(A, LR)


def line_window(side: int, effort: Effort, a: str = A) -> tuple[Reading, Reading]:
    """The ends of the window on the line w1 = side * w2; each line has one interval."""
    import sympy as sp

    from ..questions.window import window
    from .networks import on_line

    lr = sp.Symbol("lr", positive=True)
    answer = window(on_line(side, a, lr), at=0, parameter=lr, effort=effort)
    ((low, high),) = answer.intervals
    return Reading.of_number(low, answer), Reading.of_number(high, answer)


def by_question(side: int, effort: Effort) -> Reading:
    """An end of the window of the network itself."""
    import sympy as sp

    from ..questions.window import window
    from .networks import label_noise

    lr = sp.Symbol("lr", positive=True)
    chain = label_noise(A, lr)
    answer = window(chain, at=dict.fromkeys(chain.state, 0), parameter=lr, effort=effort)
    (ends,) = answer.intervals
    return Reading.of_number(ends[side], answer)


def lower_by_line(effort: Effort) -> Reading:
    """Where w1 = w2 begins to attract: later than w1 = -w2, which does from 0 on."""
    return line_window(1, effort)[0]


def upper_by_line(effort: Effort) -> Reading:
    """Where w1 = -w2 ceases to attract: earlier than w1 = w2."""
    return line_window(-1, effort)[1]


def by_sign_change(near: str, effort: Effort) -> Reading:
    """Of the top exponent of the network itself, a product of random matrices."""
    from .chains import sign_change
    from .networks import exponent_signs, label_noise

    return sign_change(lambda lr, effort: exponent_signs(label_noise(A, lr), effort)[0], near, effort)


def by_simulation(side: int, low: str, high: str, effort: Effort, chains: int) -> Reading:
    from .networks import linear_on_line
    from .sampling import sampled_sign_change

    return sampled_sign_change(lambda lr: linear_on_line(side, labels(A), lr), low, high, effort, chains)


def labels(a: object) -> Law:
    from ..expressions import exact
    from ..laws.two_point import TwoPoint

    centre = exact(a, "a")
    return TwoPoint(centre + 1, centre - 1)


def largest_by_question(effort: Effort) -> Reading:
    """At the lower edge one exponent is 0; the window is open where the other one is negative."""
    from .chains import sign_change
    from .networks import exponent_signs, label_noise

    def sign(a: sp.Rational, effort: Effort) -> int | None:
        signs = exponent_signs(label_noise(a, 2 * a / (1 - a**2)), effort)
        return None if None in signs else sum(signs)  # type: ignore[arg-type]

    return sign_change(sign, LARGEST, effort)


def largest_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form("1/sqrt(5)", effort)


def largest_by_simulation(effort: Effort, chains: int) -> Reading:
    """The exponent on w1 = -w2 at the lower edge changes its sign between a = 2/5 and a = 1/2."""
    from .networks import linear_on_line
    from .sampling import sampled_sign_change

    return sampled_sign_change(
        lambda a: linear_on_line(-1, labels(a), 2 * a / (1 - a**2)), "2/5", "1/2", effort, chains
    )


def collapse_is_proved(effort: Effort) -> Reading:
    """1 - (|u_0|/delta)^kappa_+ - (|v_0|/delta)^kappa_-, after proving both exponential moments at most 1."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..errors import Inconclusive
    from .chains import closed_form

    for side, order in ((1, PLUS), (-1, MINUS)):
        if closed_form(exponential_moment(side, order), effort).enclosure.upper > 1:
            raise Inconclusive(f"E exp(kappa m) <= 1 is not proved for kappa = {order}")
    bound = closed_form(f"1 - (({START})/({DELTA}))**({PLUS}) - (({START})/({DELTA}))**({MINUS})", effort)
    return Reading(Enclosure(bound.enclosure.lower, Fraction(1)), bound.warrant)


def exponential_moment(side: int, order: str) -> str:
    """E exp(kappa m), m(y) = sup of log|1 + side lr (y - w1 w2)| over |w1 w2| <= delta^2/4."""
    reach = f"({LR})*({DELTA})**2/4"
    factors = [f"(Abs(1 + ({side})*({LR})*({label})) + {reach})**({order})" for label in (f"{A} + 1", f"{A} - 1")]
    return "(" + " + ".join(factors) + ")/2"


def collapse_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.first_times import first_times
    from .networks import w1, w2
    from .sampling import sample_share, widened

    start = {w1: sp.Rational(START), w2: sp.Integer(0)}
    times = first_times(problem(), start, [sp.Abs(w1) + sp.Abs(w2) <= sp.Rational(NEAR)], 20_000, chains, effort)
    return widened(sample_share(times.which == 0), "1e-5", "1e-5")


def window_is_open(effort: Effort, a: str) -> bool:
    """Is there a learning rate at which both lines attract?"""
    low, high = line_window(1, effort, a)[0].enclosure, line_window(-1, effort, a)[1].enclosure
    if low.upper < high.lower:
        return True
    if low.lower >= high.upper:
        return False
    from ..errors import Inconclusive

    raise Inconclusive("whether the window is empty is not decided")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..expressions import exact
    from ..proof import Argued, Cited, Definition, Identity, Positive, Roots, Value

    a, lr, w1, w2, y, plus, minus = sp.symbols("a lambda w_1 w_2 y q_+ q_-", real=True)
    loss = (w2 * w1 - y) ** 2 / 2
    first, second = w1 - lr * sp.Derivative(loss, w1), w2 - lr * sp.Derivative(loss, w2)
    factor = lr * (y - w1 * w2)
    meaning = {plus: (1 + lr * (a + 1)) * (1 + lr * (a - 1)), minus: (1 - lr * (a + 1)) * (1 - lr * (a - 1))}
    root = sp.sqrt(2 - a**2)
    low, high, beyond = 2 * a / (1 - a**2), (-a + root) / (1 - a**2), (a + root) / (1 - a**2)
    inside = {a: (sp.Integer(0), sp.Integer(1))}
    steep = {a: (sp.Integer(1), sp.oo), lr: (sp.Integer(0), sp.oo)}
    moments = [exact(exponential_moment(side, order), "moment") for side, order in ((1, PLUS), (-1, MINUS))]
    ratio = sp.Rational(START) / sp.Rational(DELTA)
    return (
        Identity("One step multiplies the sum of the weights", first + second, (w1 + w2) * (1 + factor)),
        Identity("and their difference, by numbers that share the label", first - second, (w1 - w2) * (1 - factor)),
        Argued(
            "Near 0 these are 1 + lr y and 1 - lr y: two exponents, one for each line",
            r"\gamma_\pm=\mathbb E\log|1\pm\lambda y|=\tfrac12\log|q_\pm|",
        ),
        Definition("with the products", plus, meaning[plus]),
        Definition("and", minus, meaning[minus]),
        Roots("The first comes back to 1 at the lower edge", 1 - plus, lr, (sp.Integer(0), low), given=meaning),
        Roots("and meets -1 far out", 1 + plus, lr, (beyond, (a - root) / (1 - a**2)), given=meaning),
        Roots("The second leaves 1 at 0", 1 - minus, lr, (sp.Integer(0), -low), given=meaning),
        Roots("and meets -1 at the upper edge", 1 + minus, lr, (high, (-a - root) / (1 - a**2)), given=meaning),
        Positive("The lower edge is positive", low, inside),
        Positive("the upper edge of the second lies before that of the first", beyond - high, inside),
        Positive("and is positive; the other roots are negative", high, inside),
        Argued(
            "For 0 < a < 1 both exponents are negative exactly between the edges",
            r"\gamma_+<0,\ \gamma_-<0\iff\frac{2a}{1-a^2}<\lambda<\frac{-a+\sqrt{2-a^2}}{1-a^2}",
        ),
        Identity("How far the edges are apart", (high - low) * (1 - a**2) * (root + 3 * a), 2 * (1 - 5 * a**2)),
        Positive("The factor is positive", (1 - a**2) * (root + 3 * a), inside),
        Roots("so the window is open exactly up to the root", 1 - 5 * a**2, a, (1 / sp.sqrt(5), -1 / sp.sqrt(5))),
        Positive("For a > 1 the sum grows: no window", plus - 1, steep, given=meaning),
        Identity("likewise at a = 1", (plus - 1).subs(plus, meaning[plus]).subs(a, 1), 2 * lr),
        Identity(
            "At a = 0 both products are the same: the window is 0 < lr < sqrt(2)",
            plus.subs(meaning).subs(a, 0),
            minus.subs(meaning).subs(a, 0),
        ),
        Argued("For a < 0 the lines change places", r"(a,w_1,w_2)\to(-a,w_1,-w_2)"),
        Identity(
            "At a = 1/5 and the upper edge 5/4 the first is superstable",
            plus.subs(meaning).subs({a: sp.Rational(1, 5), lr: sp.Rational(5, 4)}),
            sp.Integer(0),
        ),
        Identity(
            "but the second exponent is 0: an end of the window, not in it",
            minus.subs(meaning).subs({a: sp.Rational(1, 5), lr: sp.Rational(5, 4)}),
            sp.Integer(-1),
        ),
        Argued(
            "While |w1 + w2| and |w1 - w2| stay below delta, |w1 w2| is at most delta^2/4, and each of the two lies below a walk",
            r"\log|u_t|\le\log|u_0|+\sum_{s<t}m_\pm(y_s),\qquad m_\pm(y)=\sup_{|p|\le\delta^2/4}\log|1\pm\lambda(y-p)|",
        ),
        Positive(
            "At lr = 4/5 and delta = 1/4 the exponential moment of order 9/20 of the first is below 1",
            1 - moments[0],
            {},
        ),
        Positive("and that of order 1 of the second", 1 - moments[1], {}),
        Cited(
            "Ville's inequality for both",
            r"P(\text{not }w\to0)\le(|u_0|/\delta)^{\kappa_+}+(|v_0|/\delta)^{\kappa_-}",
            "ville1939",
        ),
        Value(
            "From w1 = 1/800, w2 = 0 the weights go to 0 with probability at least",
            1 - ratio ** sp.Rational(PLUS) - ratio ** sp.Rational(MINUS),
            "0.90284",
        ),
        Argued(
            "Conversely, with a positive exponent the walk from below drifts up: that coordinate does not go to 0 unless it is 0",
            r"\log|u_{t+1}/u_t|\ge\inf_{|p|\le\delta^2/4}\log|1\pm\lambda(y_t-p)|,\qquad\mathbb E\inf>0\text{ for small }\delta",
        ),
    )


def sampled(side: int, low: str, high: str) -> Route:
    return Route("monte carlo", lambda effort, chains: by_simulation(side, low, high, effort, chains), 12_000)


CLAIM = Claim(
    id="R27",
    slug="network-collapse",
    title="Label noise makes a network collapse to 0",
    statement=(
        r"Let $\ell=\frac12(w_2w_1-y)^2$ with labels $y=a\pm1$, probability $\tfrac12$ each. The origin is a saddle at which the "
        r"noise vanishes; it attracts (with probability tending to 1 from starts that tend to 0) if both exponents "
        r"$\gamma_\pm=\mathbb E\log|1\pm\lambda y|$ are negative, and does not if one is positive. For $0<a<1$ both are negative "
        r"exactly for $\frac{2a}{1-a^2}<\lambda<\frac{-a+\sqrt{2-a^2}}{1-a^2}$, which is non-empty if and only if $a<1/\sqrt5$."
    ),
    hypotheses=(
        r"linear activation, $x=1$",
        "samples are independent",
        r"for $a<0$ by symmetry; no window for $|a|\ge1/\sqrt5$",
    ),
    cite=("ziyin2023", "ville1939"),
    example=r"$a=\tfrac15$: $\tfrac5{12}<\lambda<\tfrac54$",
    quantities=(
        Quantity(
            "lower edge",
            "0.416666666666667",
            (
                Route("question", lambda effort: by_question(0, effort)),
                Route("further", lower_by_line),
                Route("independent", lambda effort: by_sign_change(LOWER, effort)),
                sampled(1, "3/10", "6/10"),
            ),
            "theory.md R27",
        ),
        Quantity(
            "upper edge",
            "1.25",
            (
                Route("question", lambda effort: by_question(1, effort)),
                Route("further", upper_by_line),
                Route("independent", lambda effort: by_sign_change(UPPER, effort)),
                sampled(-1, "11/10", "14/10"),
            ),
            "theory.md R27",
        ),
        Quantity(
            "largest mean label with a window",
            "0.447213595499958",
            (
                Route("question", largest_by_question),
                Route("independent", largest_by_formula),
                Route("monte carlo", largest_by_simulation, 12_000),
            ),
            "theory.md R27",
        ),
        Quantity(
            "P(w_t -> 0) from (1/800, 0)",
            "1.000",
            (
                Route("independent", collapse_is_proved, bounds=True),
                Route("monte carlo", collapse_by_simulation, 8_000),
            ),
            "theory.md A.5",
        ),
    ),
    control=Control(
        "a = 23/50, beyond 1/sqrt(5): where one line attracts the other one repels, no learning rate collapses",
        window_is_open,
        {"a": A},
        ({"a": "23/50"},),
    ),
    problem=problem,
    proof=proof,
)
