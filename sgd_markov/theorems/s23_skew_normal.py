"""S23: the threshold autoregression w' = a |w| + s z has a skew normal law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

RATIO = "1/2"
MEAN = "sqrt(2/(3*pi))"


def chain(ratio: object = RATIO, scale: object = 1) -> Chain:
    """w' = ratio |w| + scale z, z standard normal."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.normal import Normal
    from .chains import w

    z = sp.Symbol("z", real=True)
    return RandomMap({w: exact(ratio, "ratio") * sp.Abs(w) + exact(scale, "scale") * z}, noise={z: Normal(0, 1)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at=0)


def share_by_formula(effort: Effort) -> Reading:
    """1/2 - atan(shape)/pi, shape 1/sqrt(3)."""
    from .chains import closed_form

    return closed_form("1/2 - atan(1/sqrt(3))/pi", effort)


def mean_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w)


def mean_by_formula(effort: Effort) -> Reading:
    """a E|w|, |w| half-normal of scale 1/sqrt(1 - a^2)."""
    from .chains import closed_form

    return closed_form(f"({RATIO})*sqrt(2/pi)/sqrt(1 - ({RATIO})**2)", effort)


def move(rng: Any, state: Any) -> Any:
    return abs(state) / 2 + rng.standard_normal(len(state))


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 0, effort, chains)


def mean_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state, effort, chains)


def is_kept(effort: Effort, shape: str) -> bool:
    """Is E w = a E|w| with the skew normal law of that shape and of scale 2/sqrt(3)?"""
    import sympy as sp

    from ..expressions import exact
    from ..laws.skew_normal import SkewNormal
    from .chains import closed_form

    mean = SkewNormal(exact(shape, "shape")).moment(1) * 2 / sp.sqrt(3)
    return closed_form(str(mean), effort).enclosure.meets(closed_form(MEAN, effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    a, s = sp.symbols("a s", positive=True)
    return (
        *steps_of(chain(a, s), "modulus"),
        Value("At the example", sp.sqrt(2 / (3 * sp.pi)), "0.460658865961781"),
    )


CLAIM = Claim(
    id="S23",
    slug="skew-normal",
    title="Maps in |w| with Gaussian noise: the skew normal law",
    statement=(
        r"Let $w'=a|w|+sz$ with $z$ standard normal and $|a|<1$. The stationary law is skew normal: scale "
        r"$\frac s{\sqrt{1-a^2}}$, shape $\frac a{\sqrt{1-a^2}}$, that is the density $\frac2\sigma\varphi(\frac x\sigma)"
        r"\Phi(\frac{ax}{s})$ with $\sigma^2=\frac{s^2}{1-a^2}$."
    ),
    hypotheses=(r"$|a|<1$, $s>0$",),
    cite=("andel1984", "henze1986"),
    example=r"$a=\tfrac12$, $s=1$: $P(w\le0)=\tfrac13$, $\mathbb Ew=\sqrt{2/(3\pi)}$",
    quantities=(
        Quantity(
            "P(w <= 0)",
            "0.333333333333333",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "1/2 - atan(1/sqrt(3))/pi",
        ),
        Quantity(
            "mean",
            "0.460658865961781",
            (
                Route("question", mean_by_question),
                Route("independent", mean_by_formula),
                Route("monte carlo", mean_by_simulation, 20_000),
            ),
            "a E|w|",
        ),
    ),
    control=Control(
        "the shape a in place of a/sqrt(1 - a^2): the mean is not kept",
        is_kept,
        {"shape": "1/sqrt(3)"},
        ({"shape": "1/2"},),
    ),
    problem=chain,
    proof=proof,
)
