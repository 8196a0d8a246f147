"""w' = A w + b in several dimensions with A fixed and b affine in normal variables: the stationary law is normal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..chain.chain import Chain
from ..chain.draw import Source
from ..effort import Effort
from ..engines.affine_several import AffineSystem, affine_system, stationary_moments
from ..errors import HypothesisViolated
from ..laws.law import Law
from ..laws.normal import Normal
from ..numerics.exact_matrix import expressions, field_matrix
from ..numerics.exact_numbers import number
from ..numerics.tidy import tidy
from ..proof import Definition, Identity, Step
from .affine_form import UNIQUE
from .exact_moments import WithExactMoments
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """N(m, S) with m = A m + E b and S = A S A^T + Cov b, for a spectral radius of A below 1.

    Proof: with f the logarithm of the characteristic function of that law, f(t) = f(A^T t) + log E exp(i t b).
    """
    if chain.dimension == 1:
        return None
    system = affine_or_none(chain)
    if system is None or system.by_epochs or not system.fixed_matrix or not system.variables:
        return None
    laws = {variable: normal_law(system, variable) for variable in system.variables}
    normal = {variable: law for variable, law in laws.items() if law is not None}
    if len(normal) < len(laws) or not all(is_affine(entry, system.variables) for entry in system.offset):
        return None
    mean, covariance, hypotheses = first_moments(chain, effort)
    return GaussianVector(
        family="normal",
        state=chain.state,
        chain=chain,
        mean=mean,
        covariance=covariance,
        parameters=named(chain.state, mean, covariance),
        hypotheses=hypotheses,
        proof=invariance(system, normal, mean, covariance),
        cite=("vervaat1979",),
    )


def affine_or_none(chain: Chain) -> AffineSystem | None:
    try:
        return affine_system(chain)
    except HypothesisViolated:
        return None


def normal_law(system: AffineSystem, variable: sp.Symbol) -> Normal | None:
    """The law of a variable of the system, if it is a normal sample, or a batch mean of one."""
    averaged, drawn = dict(system.means), dict(system.drawn)
    expr, sources = (
        (averaged[variable], system.draw.data) if variable in averaged else (drawn[variable], system.draw.noise)
    )
    law = law_of(expr, sources)
    if law is None or variable in drawn:
        return law
    return Normal(law.mean, law.std / sp.sqrt(system.draw.batch_size))


def law_of(expr: sp.Expr, sources: tuple[Source, ...]) -> Normal | None:
    found: list[Law] = [s.law for s in sources if s.symbols == (expr,) and isinstance(s.law, Law)]
    return found[0] if found and isinstance(found[0], Normal) else None


def is_affine(expr: sp.Expr, variables: tuple[sp.Symbol, ...]) -> bool:
    return bool(sp.Poly(expr, *variables).total_degree() <= 1)


def first_moments(chain: Chain, effort: Effort) -> tuple[sp.Matrix, sp.Matrix, tuple[Hypothesis, ...]]:
    """The mean and the covariance, exact, and what they rest on."""
    size = chain.dimension
    hypotheses = stationary_moments(chain, sp.Add(*(symbol**2 for symbol in chain.state)), effort).hypotheses

    def moment(polynomial: sp.Expr) -> sp.Expr:
        return stationary_moments(chain, polynomial, effort).value

    mean = sp.Matrix([moment(symbol) for symbol in chain.state])
    covariance = sp.zeros(size, size)
    for i, j in combinations_with_replacement(range(size), 2):
        value = tidy(sp.cancel(moment(chain.state[i] * chain.state[j]) - mean[i] * mean[j]))
        covariance[i, j] = covariance[j, i] = value
    return mean, covariance, hypotheses


def named(state: tuple[sp.Symbol, ...], mean: sp.Matrix, covariance: sp.Matrix) -> dict[str, sp.Expr]:
    """`mean w`, `covariance w m`, ... for every entry."""
    table = {f"mean {symbol}": mean[i] for i, symbol in enumerate(state)}
    pairs = combinations_with_replacement(range(len(state)), 2)
    return table | {f"covariance {state[i]} {state[j]}": covariance[i, j] for i, j in pairs}


def invariance(
    system: AffineSystem, laws: dict[sp.Symbol, Normal], mean: sp.Matrix, covariance: sp.Matrix
) -> tuple[Step, ...]:
    t = sp.Matrix(sp.symbols(f"t_1:{len(system.state) + 1}", real=True))
    matrix, offset = sp.Matrix(system.matrix), sp.Matrix(system.offset)

    def exponent(argument: sp.Matrix) -> sp.Expr:
        return sp.I * (mean.T * argument)[0] - (argument.T * covariance * argument)[0] / 2

    constant, noise = (t.T * offset.subs(dict.fromkeys(laws, 0)))[0], sp.Integer(0)
    for variable, law in laws.items():
        slope = (t.T * offset.diff(variable))[0]
        noise += sp.I * slope * law.mean - (slope * law.std) ** 2 / 2
    right = exponent(matrix.T * t) + sp.I * constant + noise
    return (
        Definition("The logarithm of the characteristic function of the law", sp.Symbol("f"), exponent(t)),
        Identity("One step keeps it: f(t) = f(A^T t) + log E exp(i t b)", exponent(t), right),
        UNIQUE,
    )


@dataclass(frozen=True, kw_only=True)
class GaussianVector(WithExactMoments):
    """N(mean, covariance); on a proper affine subspace where the covariance is singular."""

    mean: sp.Matrix
    covariance: sp.Matrix

    @cached_property
    def determinant(self) -> sp.Expr:
        matrix = field_matrix(self.covariance.tolist())
        return sp.factor(matrix.domain.to_sympy(matrix.det()))

    @property
    def kind(self) -> Kind:
        return Kind.SINGULAR if self.determinant == 0 else Kind.DENSITY

    def density(self) -> sp.Expr | None:
        if self.determinant == 0:
            return None
        centred = sp.Matrix(self.state) - self.mean
        inverse = sp.Matrix(expressions(field_matrix(self.covariance.tolist()).inv()))
        if len(self.state) > 2:  # one fraction of all entries would be long, and slow to find
            exponent = (centred.T * inverse.applyfunc(sp.factor) * centred)[0]
        else:
            exponent = sp.factor(sp.cancel((centred.T * inverse * centred)[0]))
        return sp.exp(-exponent / 2) / sp.sqrt((2 * sp.pi) ** len(self.state) * self.determinant)

    def dimension(self, effort: Effort) -> Number:
        return number(sp.Integer(self.covariance.rank()), effort, "the dimension")
