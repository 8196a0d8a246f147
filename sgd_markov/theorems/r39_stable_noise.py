"""R39: stable noise on a quadratic loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

ALPHA = "3/2"
SCALE = "3/10/(1 - (49/100)**(3/2))**(2/3)"
LOG_MEAN = f"log({SCALE}) + EulerGamma*(2/3 - 1)"


def chain(curvature: object = "17/10", lr: object = "3/10") -> Chain:
    """SGD on k w^2/2 + z w with z symmetric stable of index 3/2 and scale 1."""
    import sympy as sp

    from ..laws.stable import Stable
    from ..optimizers.sgd import SGD
    from .chains import w

    z = sp.Symbol("z", real=True)
    return SGD(sp.sympify(curvature) * w**2 / 2 + w * z, [w], lr, data={z: Stable(ALPHA, 1)})


def log_by_question(effort: Effort) -> Reading:
    import sympy as sp

    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=sp.log(sp.Abs(w)))


def log_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(LOG_MEAN, effort)


def move(rng: Any, state: Any) -> Any:
    """Stable variables of index 3/2 by Chambers, Mallows and Stuck."""
    import numpy as np

    angle, wait = np.pi * (rng.random(len(state)) - 0.5), rng.exponential(size=len(state))
    stable = np.sin(1.5 * angle) / np.cos(angle) ** (2 / 3) * (np.cos(0.5 * angle) / wait) ** (-1 / 3)
    return 0.49 * state - 0.3 * stable


def log_by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np

    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: np.log(np.abs(state)), effort, chains)


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at=1)


def share_by_formula(effort: Effort) -> Reading:
    """1/2 + (2/pi) int_0^oo sin(x r^2)/r exp(-r^3) dr, x = 1/scale: Gil-Pelaez with t = r^2; the rest beyond R is below exp(-R^3)."""
    from .stationary_laws import by_integral

    return by_integral(inversion, effort)


def inversion() -> Any:
    from flint import acb, arb, ctx

    from ..balls.evaluate import evaluate
    from ..expressions import exact

    place = acb(1 / evaluate(exact(SCALE, "scale")))
    end = int((ctx.prec * 0.7) ** (1 / 3)) + 2
    inner = acb.integral(lambda r, _: place * r * (place * r**2).sinc() * (-(r**3)).exp(), 0, end)
    rest = (-arb(end) ** 3).exp()
    return arb(1) / 2 + 2 * inner.real / arb.pi() + (-rest).union(rest)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def has_stable_law(effort: Effort, curvature: str) -> bool:
    """Is there a stationary law of that family?"""
    from ..errors import HypothesisViolated
    from .stationary_laws import family_is

    try:
        return family_is(chain(curvature), "stable", effort)
    except HypothesisViolated:
        return False


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    k, lr = sp.symbols("k lambda", positive=True)
    scale = sp.Rational(3, 10) / (1 - sp.Rational(49, 100) ** sp.Rational(3, 2)) ** sp.Rational(2, 3)
    return (
        *steps_of(chain(k, lr), "stable"),
        Value("The scale at the example", scale, "0.396957801526911"),
        Value("The mean of log|X| at scale 1", -sp.EulerGamma / 3, "-0.192405221633844"),
    )


CLAIM = Claim(
    id="R39",
    slug="stable-noise",
    title="Stable noise on a quadratic loss: a stable law of infinite variance",
    statement=(
        r"SGD with learning rate $\lambda$ on $\tfrac12kw^2+szw$, $z$ symmetric stable with $\mathbb "
        r"Ee^{itz}=e^{-|t|^\alpha}$, keeps the symmetric stable law of index $\alpha$ and scale "
        r"$s\lambda/(1-|1-\lambda k|^\alpha)^{1/\alpha}$, and no other."
    ),
    hypotheses=(r"$0<\lambda k<2$", r"$0<\alpha\le2$",),
    cite=("vervaat1979", "bergstrom1952",),
    example=r"$\alpha=\tfrac32$, $k=1.7$, $\lambda=0.3$, $s=1$: scale $0.39695\ldots$",
    quantities=(
        Quantity(
            "mean of log|w|",
            "-1.11633051896143",
            (
                Route("question", log_by_question),
                Route("independent", log_by_formula),
                Route("monte carlo", log_by_simulation, 20_000),
            ),
            "theory.md R39: log 0.396957801526911 - 0.192405221633844",
        ),
        Quantity(
            "P(w <= 1)",
            "0.929159939893458",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "Gil-Pelaez inversion",
        ),
    ),
    control=Control(
        "learning rate times curvature above 2: there is no stationary law",
        has_stable_law,
        {"curvature": "17/10"},
        ({"curvature": "7"},),
    ),
    problem=chain,
    proof=proof,
)
