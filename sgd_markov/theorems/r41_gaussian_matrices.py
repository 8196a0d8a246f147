"""R41: products of Gaussian matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

SIZE = 2
STEPS = 16


def problem() -> Chain:
    return gaussian(SIZE)


def gaussian(size: int) -> Chain:
    """v' = G v with independent standard normal entries."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.normal import Normal

    v = sp.symbols(f"v1:{size + 1}", real=True)
    g = sp.Matrix(size, size, sp.symbols(f"g1:{size**2 + 1}", real=True))
    step = g * sp.Matrix(v)
    return RandomMap(dict(zip(v, step, strict=True)), noise={entry: Normal(0, 1) for entry in g})


def exponent(size: int, effort: Effort) -> Reading:
    from ..questions.lyapunov import lyapunov

    chain = gaussian(size)
    return Reading.of(lyapunov(chain, at=dict.fromkeys(chain.state, 0), effort=effort))


def by_question(effort: Effort) -> Reading:
    return exponent(SIZE, effort)


def by_integral(effort: Effort) -> Reading:
    """Half of E log u under the chi-square law with 2 degrees of freedom, by certified quadrature."""
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from .chains import integral

    x = sp.Symbol("x", real=True)
    whole = integral(ChiSquare(SIZE), x, effort)
    enclosure = whole.enclosure
    return Reading(type(enclosure)(enclosure.lower / 2, enclosure.upper / 2), whole.warrant)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """Every step has the same law, so the mean over few steps has no bias."""
    import numpy as np

    from .sampling import sample_mean

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    vectors, growth = np.ones((chains, SIZE)) / SIZE**0.5, np.zeros(chains)
    for _ in range(STEPS):
        vectors = np.einsum("cij,cj->ci", rng.standard_normal((chains, SIZE, SIZE)), vectors)
        size = np.linalg.norm(vectors, axis=1)
        vectors /= size[:, None]
        growth += np.log(size)
    return sample_mean(growth / STEPS)


def is_digamma_of_one(effort: Effort, size: str) -> bool:
    """Is the exponent of size x size matrices (log 2 + digamma(1))/2?"""
    from .chains import closed_form

    return exponent(int(size), effort).enclosure.meets(closed_form("(log(2) - EulerGamma)/2", effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from ..proof import Argued, Cited, Identity, MeanLog, Value

    x = sp.Symbol("x", real=True)
    p, d = sp.symbols("p d", positive=True)
    moment = 2**p * sp.gamma(d / 2 + p) / sp.gamma(d / 2)
    mean = sp.log(2) - sp.EulerGamma
    return (
        Argued(
            "G v is standard normal for every unit vector v: the growths of successive steps are independent, of one law",
            r"\frac1n\log|G_n\cdots G_1v|=\frac1n\sum_{t\le n}\log|\xi_t|,\qquad\xi_t\sim N(0,I_d)",
        ),
        Identity(
            "The moment of order p of a chi-square variable has at p = 0 the logarithmic derivative",
            sp.diff(sp.log(moment), p).subs(p, 0),
            sp.log(2) + sp.digamma(d / 2),
        ),
        Cited(
            "By the law of large numbers the exponent is half the mean logarithm of a chi-square variable",
            r"\Lambda_1=\tfrac12\mathbb E\log\chi^2_d=\tfrac12\big(\log2+\psi(\tfrac d2)\big)",
            "cohennewman1984",
        ),
        MeanLog("For d = 2 certified quadrature agrees", ChiSquare(2), x, x, mean),
        Value("The exponent for d = 2", mean / 2, "0.0579657578292062"),
    )


CLAIM = Claim(
    id="R41",
    slug="gaussian-matrices",
    title="Products of Gaussian matrices",
    statement=(
        r"Products of $d\times d$ matrices with independent standard normal entries have the top exponent "
        r"$\Lambda_1=\tfrac12(\log2+\psi(\tfrac d2))$."
    ),
    hypotheses=("all entries of all matrices are independent and standard normal",),
    cite=("cohennewman1984", "newman1986"),
    example=r"$d=2$",
    quantities=(
        Quantity(
            "exponent",
            "0.0579657578292062",
            (
                Route("question", by_question),
                Route("independent", by_integral),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "theory.md R41",
        ),
    ),
    control=Control("d = 1: the exponent is -0.635181422730739", is_digamma_of_one, {"size": "2"}, ({"size": "1"},)),
    problem=problem,
    proof=proof,
)
