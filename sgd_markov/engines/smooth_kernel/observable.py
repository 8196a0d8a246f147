"""What is integrated against a stationary law: densities, distribution functions, expressions in the state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import acb, arb

from ...balls.evaluate import evaluate, evaluate_complex
from ...errors import Inconclusive
from ...numerics.case_signs import Signs, Undecided
from ...numerics.monotone_branches import NotInvertible
from ...numerics.smooth_pieces import EndlessSteps, smooth_pieces
from ...numerics.smooth_pieces import Piece as SmoothPiece
from .balls_kernel import mass, values
from .confinement import affine_bound
from .domain import Domain, Piece, parts
from .floats import function, real
from .floats import mass as float_mass
from .problem import Problem, Refinement
from .strip import Ellipse, slice_of

BOXES = 16


class Observable(ABC):
    """A function f of the state, analytic on every piece between its `cuts`."""

    @property
    def cuts(self) -> tuple[sp.Expr, ...]:
        """Where f has kinks."""
        return ()

    @property
    @abstractmethod
    def growth(self) -> tuple[tuple[int, arb], ...] | None:
        """(degree, weight) with |f(w)| <= sum weight |w|^degree on the whole line; None where no such bound is known."""

    @abstractmethod
    def at(self, domain: Domain, place: int, state: arb) -> arb:
        """f at a state of piece `place`."""

    @abstractmethod
    def float_at(self, domain: Domain, place: int, states: np.ndarray) -> np.ndarray: ...

    @abstractmethod
    def bound(self, domain: Domain, place: int, ellipse: Ellipse) -> arb:
        """sup |f| on an ellipse about the piece; infinite where f is not analytic there."""

    def greatest(self, domain: Domain) -> arb:
        """sup |f| on the domain."""
        found = arb(0)
        for place, piece in enumerate(domain.places):
            for part in parts(piece.low, piece.high, 64):
                found = found.max(abs(self.at(domain, place, part)))
        return arb(found.upper())

    def balls(self, refined: Refinement) -> list[arb]:
        kernel = refined.kernel
        return [self.at(kernel.domain, place, state) for state, place in zip(kernel.states, kernel.places, strict=True)]

    def floats(self, problem: Problem) -> np.ndarray:
        domain, states, found, offset = problem.domain, problem.floats.states, [], 0
        for place, count in enumerate(problem.counts):
            found.append(self.float_at(domain, place, states[offset : offset + count]))
            offset += count
        for k, _ in enumerate(domain.atoms):
            found.append(self.float_at(domain, len(domain.pieces) + k, states[offset + k : offset + k + 1]))
        return np.concatenate(found)


def within(domain: Domain, place: int, points: Sequence[sp.Expr]) -> bool:
    """Do the bounds of the piece on ellipses hold for these ends too?"""
    if all(domain.state not in leg.scale.free_symbols for leg in domain.pieces[place].legs):
        return True
    low, high = real(domain.pieces[0].low), real(domain.pieces[-1].high)
    return all(low <= real(point) <= high for point in points if point not in (sp.oo, -sp.oo))


@dataclass(frozen=True)
class DensityAt(Observable):
    """f(w) = k(w, x): its mean is the stationary density at x. `top`: a bound of the density of one step anywhere."""

    point: sp.Expr
    top: arb

    @property
    def growth(self) -> tuple[tuple[int, arb], ...] | None:
        return ((0, self.top),)

    def at(self, domain: Domain, place: int, state: arb) -> arb:
        total, x = arb(0), evaluate(self.point)
        for leg in domain.places[place].legs:
            centre, scale = values(leg, domain.state, state)
            total += evaluate(leg.probability) / scale * leg.density.density((x - centre) / scale)
        return total

    def float_at(self, domain: Domain, place: int, states: np.ndarray) -> np.ndarray:
        total = np.zeros(len(states))
        for leg in domain.places[place].legs:
            centre, scale = (function(expr, domain.state)(states) for expr in (leg.centre, leg.scale))
            total += real(leg.probability) / scale * leg.density.floats((real(self.point) - centre) / scale)
        return total

    def bound(self, domain: Domain, place: int, ellipse: Ellipse) -> arb:
        return ellipse.growth if within(domain, place, (self.point,)) else arb.pos_inf()


@dataclass(frozen=True)
class MassOf(Observable):
    """f(w) = P_w(low < m(w) + s(w) Z < high): its mean is the mass of an interval; an infinite end holds a barrier."""

    low: sp.Expr
    high: sp.Expr

    @property
    def growth(self) -> tuple[tuple[int, arb], ...] | None:
        return ((0, arb(1)),)

    def at(self, domain: Domain, place: int, state: arb) -> arb:
        total = arb(0)
        for leg in domain.places[place].legs:
            total += evaluate(leg.probability) * mass(leg, self.low, self.high, *values(leg, domain.state, state))
        return total

    def float_at(self, domain: Domain, place: int, states: np.ndarray) -> np.ndarray:
        total = np.zeros(len(states))
        for leg in domain.places[place].legs:
            centre, scale = (function(expr, domain.state)(states) for expr in (leg.centre, leg.scale))
            total += real(leg.probability) * float_mass(leg, (self.low, self.high), centre, scale)
        return total

    def bound(self, domain: Domain, place: int, ellipse: Ellipse) -> arb:
        """For constant scales Im (end - m)/s does not depend on the end; else the ends must lie within the domain."""
        return 2 * ellipse.sits if within(domain, place, (self.low, self.high)) else arb.pos_inf()


def everywhere(formula: sp.Expr, state: sp.Symbol) -> tuple[arb, arb] | None:
    """(0, b) with |formula| <= b on the whole line, by one evaluation."""
    size = abs(evaluate(formula, {state: arb.neg_inf().union(arb.pos_inf())}))
    return (arb(0), arb(size.upper())) if size.is_finite() else None


@dataclass(frozen=True)
class Expression(Observable):
    """f given by an expression in the state."""

    formula: sp.Expr
    state: sp.Symbol

    @property
    def cuts(self) -> tuple[sp.Expr, ...]:
        return tuple(piece.low for piece in self.pieces[1:])

    @property
    def pieces(self) -> list[SmoothPiece]:
        return smooth_pieces(self.formula, self.state, -sp.oo, sp.oo, Signs())

    @property
    def growth(self) -> tuple[tuple[int, arb], ...] | None:
        """The absolute coefficients of all pieces that are polynomials, else bounds a |w| + b."""
        found: list[tuple[int, arb]] = []
        for piece in self.pieces:
            if piece.formula.is_polynomial(self.state):
                polynomial = sp.Poly(piece.formula, self.state)
                found += [(int(degree), abs(evaluate(c))) for (degree,), c in polynomial.terms()]
                continue
            bound = affine_bound(piece.formula, self.state) or everywhere(piece.formula, self.state)
            if bound is None:
                return None
            found += [(1, bound[0]), (0, bound[1])]
        return tuple(found)

    def on(self, piece: Piece) -> sp.Expr:
        """The formula on a piece of the domain, which has no kink inside; the value at a single state."""
        if piece.low == piece.high:
            return self.formula.subs(self.state, piece.low)
        found = smooth_pieces(self.formula, self.state, piece.low, piece.high, Signs())
        if len(found) != 1:
            raise Inconclusive(f"{self.formula} has a kink between {piece.low} and {piece.high}")
        return found[0].formula

    def at(self, domain: Domain, place: int, state: arb) -> arb:
        return evaluate(self.on(domain.places[place]), {self.state: state})

    def float_at(self, domain: Domain, place: int, states: np.ndarray) -> np.ndarray:
        return function(self.on(domain.places[place]), self.state)(states)

    def bound(self, domain: Domain, place: int, ellipse: Ellipse) -> arb:
        piece = domain.pieces[place]
        formula, low, high = self.on(piece), evaluate(piece.low), evaluate(piece.high)
        rho = arb(ellipse.log_rho).exp()
        wide, tall = (high - low) / 4 * (rho + 1 / rho), (high - low) / 4 * (rho - 1 / rho)
        found = arb(0)
        for i in range(BOXES):
            for j in range(BOXES):
                at = acb((low + high) / 2 + wide * slice_of(-1, 1, i, BOXES), tall * slice_of(-1, 1, j, BOXES))
                size = abs(evaluate_complex(formula, {self.state: at}, True))
                if not size.is_finite():
                    return arb.pos_inf()
                found = found.max(size)
        return arb(found.upper())


def observable_of(of: sp.Expr, state: sp.Symbol) -> Expression:
    """The expression as an observable; refuses what has kinks at places that are not found."""
    try:
        found = Expression(of, state)
        _ = found.cuts
    except (Undecided, NotInvertible, EndlessSteps) as error:
        raise Inconclusive(f"the kinks of {of} are not found: {error}") from None
    return found
