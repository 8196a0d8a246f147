"""Affine chains in several dimensions without a closed form: the moments of the stationary law, exact."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..balls.adaptive import proved_sign
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain
from ..chain.mixture import mixture
from ..effort import Effort
from ..engines.affine_several import AffineSystem, affine_system, stationary_moments
from ..engines.affine_several.nondegenerate import fills_space
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_matrix import rational_matrix
from ..numerics.spectral_radius import Radius, irreducible_factors, spectral_radius
from .exact_moments import WithExactMoments
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The stationary law of w' = A w + b by its moments alone; `hypotheses` hold what second moments rest on."""
    if chain.dimension == 1:
        return None
    try:
        system = affine_system(chain)
    except HypothesisViolated:
        return None
    require_contraction(system)
    hypotheses, unique = existence(chain, system, effort)
    return MomentsSeveral(
        family="affine recursion",
        state=chain.state,
        chain=chain,
        unique=unique,
        hypotheses=hypotheses,
        cite=("brandt1986",),
    )


def existence(chain: Chain, system: AffineSystem, effort: Effort) -> tuple[tuple[Hypothesis, ...], bool | None]:
    """Finite second moments prove that the law exists and is unique, and so does a fixed contracting matrix with noise
    that has logarithmic moments (Brandt 1986); else its existence is left open."""
    squares = sp.Add(*(symbol**2 for symbol in chain.state))
    try:
        return stationary_moments(chain, squares, effort).hypotheses, True
    except (HypothesisViolated, Inconclusive):
        effort.check()
    if contracts(system):
        return (Hypothesis("the spectral radius of A is below 1"), Hypothesis("E log^+|b| < oo")), True
    norm = contracting_norm(chain, system)
    if norm is not None:
        return (Hypothesis(f"E log|A| < 0 for the norm of {norm}"), Hypothesis("E log^+|b| < oo")), True
    return (Hypothesis("the top exponent of the products of A is negative", "undecided"),), None


def contracting_norm(chain: Chain, system: AffineSystem) -> str | None:
    """The operator norm for which E log|A| < 0 is proved, for one sample a step and A of finitely many numbers.

    The top exponent of the products is at most E log|A|, so that the law exists and is unique (Brandt 1986).
    """
    one = chain.draw.batch_size == 1 and updates_per_epoch(chain.draw) == 1
    if not one or chain.parameters or not has_log_moments(system):
        return None
    entries = tuple(sp.diff(expr, symbol) for expr in chain.one_sample_map for symbol in chain.state)
    components = [c for c in mixture(entries, {}, chain.draw) if c.probability != 0]
    if any(c.laws for c in components):
        return None
    size = len(chain.state)
    for name, turned in (("row sums", False), ("column sums", True)):
        norms = [(c.probability, norm_of(sp.Matrix(size, size, list(c.values)), turned)) for c in components]
        if all(norm.is_Rational for _, norm in norms) and falls(norms):
            return name
    return None


def norm_of(matrix: sp.Matrix, turned: bool) -> sp.Expr:
    """The largest sum of moduli of a row (of a column if turned)."""
    rows = (matrix.T if turned else matrix).tolist()
    return sp.Max(*(sp.Add(*map(sp.Abs, row)) for row in rows))


def falls(norms: list[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Is E log of these sizes proved to be negative? It is -oo where one of them is 0."""
    if any(norm == 0 for _, norm in norms):
        return True
    return proved_sign(sp.Add(*(p * sp.log(norm) for p, norm in norms))) == -1


def contracts(system: AffineSystem) -> bool:
    """Is A fixed, rational and of spectral radius below 1, and b polynomial in what is drawn?"""
    radius = radius_of(system)
    return radius is not None and radius.side < 0 and has_log_moments(system)


def has_log_moments(system: AffineSystem) -> bool:
    """Is b polynomial in what is drawn? Then E log^+|b| < oo, for the laws of this package have logarithmic moments."""
    drawn = {*system.draw.data_symbols, *system.draw.noise_symbols}
    return all(base.is_polynomial(*drawn) for _, base in (*system.means, *system.drawn))


def radius_of(system: AffineSystem) -> Radius | None:
    """The spectral radius of A where A is fixed and rational and steps are independent, else None."""
    if not system.fixed_matrix or system.by_epochs or not all(entry.is_Rational for entry in system.matrix):
        return None
    return spectral_radius(irreducible_factors(rational_matrix(system.matrix.tolist()).charpoly().numer()))


def require_contraction(system: AffineSystem) -> None:
    """Raises `HypothesisViolated` for a fixed rational A of spectral radius 1 or more, where no law lies in a hyperplane.

    Bougerol and Picard (1992), theorem 2.5: then a stationary law makes the exponent, log of that radius, negative.
    """
    radius = radius_of(system)
    if radius is not None and radius.side >= 0 and fills_space(system):
        raise HypothesisViolated("a stationary law exists: the spectral radius of A is below 1", f"it is {radius}")


@dataclass(frozen=True, kw_only=True)
class MomentsSeveral(WithExactMoments):
    """A law of which only the moments are known."""

    @property
    def kind(self) -> Kind:
        return Kind.UNKNOWN

    def description(self) -> str:
        return r"w \overset{d}{=} \sum_{n\ge0} A_0\cdots A_{n-1}b_n"

    def conditions_of(self, of: sp.Expr, effort: Effort) -> tuple[Hypothesis, ...]:
        """Of the moments of this very polynomial."""
        found = stationary_moments(self.chain, of, effort).hypotheses
        return tuple(hypothesis for hypothesis in found if hypothesis not in self.hypotheses)
