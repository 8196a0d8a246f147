"""The critical points of the expected loss, and whether the gradient noise vanishes there."""

from __future__ import annotations

from ...answer.answer import Answer
from ...chain.chain import Chain
from ...effort import Effort
from ...engines.expected_loss import expected_loss
from ...errors import InvalidInput
from ..verb import verb
from .one_dimension import one_dimension
from .several import at_place, at_point, several

FIELDS = {"within": "region", "at": "point"}
FURTHER = ("points",)


@verb
def critical_points(chain: Chain, within: object = None, at: object = None, *, effort: Effort) -> Answer:
    """The points at which the expected loss L(w) = E l(w; x) has gradient 0, or a kink that changes its direction.

    `points`: list of {at, kind, hessian, noise}; kind from the second derivative (several dimensions: from the signs
    of the Hessian's eigenvalues): minimum, maximum, saddle (eigenvalues of both signs), degenerate (no saddle, and the
    Hessian is proved to be singular), null where symbols leave it open.
    A kink is a minimum or maximum by its one-sided slopes and has no Hessian. noise: `vanishes` where the gradient of
    every sample is 0 and nothing else moves the point at random (Type II), else `persists` (Type I); a saddle has its
    `type`: "I" or "II".
    `expected_loss`: L, up to constants, where it is known in closed form.
    One dimension: `flat`: intervals on which L is constant; `undecided`: cells in which zeros are neither proved nor
    excluded.
    Several dimensions: `undecided` likewise, a list of boxes (tables of intervals); `continua`: curves and surfaces of
    critical points as {equations, nonzero}, all zeros of the equations but those of `nonzero` (they may hold no real
    point); `complete`: is every critical point (in `within`) in `points` or on one of the continua? A coordinate
    without a closed form has its minimal polynomial in t under the point's `polynomials`.

    `within`: a closed interval to which the points are cut; needed, and bounded, where L' is no polynomial. In several
    dimensions a table of intervals, needed where the gradient is not polynomial with rational coefficients.
    `at`: one point instead of all (a table over the parameters), symbols allowed: is it critical, and of which kind?
    Hypotheses: L is finite and continuous. Errors: `HypothesisViolated` where it is not, or where `at` is not critical,
    `InvalidInput` for a bare map, `Inconclusive` where E l has no closed form (the term is named).

    >>> import sympy as sp
    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2 + w**4 / 4, [w], "1/10", data={x: TwoPoint("4/5", "-6/5")})
    >>> [(str(p["at"]["w"]), p["kind"], p["noise"]) for p in critical_points(chain).points]
    [('-sqrt(5)/5', 'minimum', 'persists'), ('0', 'maximum', 'vanishes'), ('sqrt(5)/5', 'minimum', 'persists')]
    """
    if at is not None:
        if within is not None:
            raise InvalidInput("within", str(within), "one of at and within")
        return at_point(chain, chain.point(at), effort) if len(chain.weights) > 1 else at_place(chain, at, effort)
    expected = expected_loss(chain)
    effort.check()
    if len(chain.weights) > 1:
        return several(chain, expected, within, effort)
    return one_dimension(chain, expected, within, effort)
