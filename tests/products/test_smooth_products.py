"""Continuous laws of 2 x 2 matrices: enclosures against a closed form, against other nodes in doubles, against samples."""

import numpy as np
import sympy as sp
from flint import acb, arb

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.balls.precision import precision
from sgd_markov.chain.mixture import Component
from sgd_markov.effort import Effort
from sgd_markov.engines.projective_poisson.certified import Residual, all_arcs, bounded
from sgd_markov.engines.projective_poisson.exponent import certified_exponent, estimated_exponent
from sgd_markov.engines.projective_poisson.family import family_of
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.laplace import Laplace
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.uniform import Uniform
from sgd_markov.products import explicit_law
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.smooth import METHOD

w, x = sp.symbols("w x", real=True)


def heavy_ball(lr, momentum, law):
    lr, momentum = sp.Rational(lr), sp.Rational(momentum)
    return family_of([Component(sp.Integer(1), (1 - lr * x, -lr * momentum, x, momentum), {x: law})])


def sampled(lr, momentum, draw, chains=4000, steps=1000):
    """Mean and standard error of the growth of independent heavy-ball products, in numpy alone."""
    rng = np.random.default_rng(3)
    growth, vectors = np.zeros(chains), np.ones((2, chains))
    for step in range(steps + 200):
        h = draw(rng, chains)
        vectors = np.stack([(1 - lr * h) * vectors[0] - lr * momentum * vectors[1], h * vectors[0] + momentum * vectors[1]])
        size = np.hypot(*vectors)
        vectors /= size
        growth += np.log(size) if step >= 200 else 0
    return growth.mean() / steps, growth.std() / steps / chains**0.5


def agrees(found, mean, error):
    return float(found.lower) - 5 * error <= mean <= float(found.upper) + 5 * error


def test_ten_digits_of_heavy_ball_with_normal_curvature():
    family = heavy_ball("1/10", "9/10", Normal(1, 1))
    found = certified_exponent(family, Effort(digits=10))
    assert found.reaches(10) and found.meets(estimated_exponent(family, Effort()))
    assert agrees(found, *sampled(0.1, 0.9, lambda rng, n: 1 + rng.normal(size=n)))


def test_gamma_continued_fraction_against_its_closed_form():
    """(u, v) -> (x u + v, u) with x of the gamma law of shape 2: a quotient of Bessel functions."""
    law = MatrixLaw((Component(sp.Integer(1), (x, sp.Integer(1), sp.Integer(1), sp.Integer(0)), {x: Gamma(2, "1/2")}),), 2)
    closed, found = explicit_law.METHOD.top(law, Effort()), METHOD.top(law, Effort(digits=2))
    assert closed.warrant is Warrant.EXACT and found.warrant is Warrant.CERTIFIED
    assert found.enclosure.reaches(2) and found.enclosure.meets(closed.enclosure)


def test_floating_solution_where_matrices_are_nearly_singular():
    found = estimated_exponent(heavy_ball("4/5", "3/10", Normal("-1/5", 1)), Effort())
    assert float(found.width) < 1e-9
    assert agrees(found, *sampled(0.8, 0.3, lambda rng, n: -0.2 + rng.normal(size=n)))


def test_cauchy_curvature_against_the_closed_form():
    """Heavy tails: c = 1 + mu - lr x0 + i lr s - mu/c in the upper half-plane, the exponent is log|c|."""
    mu, x0, s = 0.9, 1.0, 0.5
    half = (1 + mu - 0.2 * x0 + 0.2j * s) / 2
    truth = max(np.log(abs(half + sign * np.sqrt(half**2 - mu + 0j))) for sign in (1, -1))
    found = estimated_exponent(heavy_ball("1/5", "9/10", Cauchy(1, "1/2")), Effort())
    assert float(found.lower) - 1e-6 <= truth <= float(found.upper) + 1e-6


def test_vanishing_scale_joins_the_deterministic_limit():
    """Complex eigenvalues of the mean matrix: log(mu)/2 at scale 0, quadratic in the scale next to it."""
    found = certified_exponent(heavy_ball("1/10", "9/10", Normal(1, "1/1000")), Effort(digits=7))
    assert abs(float(found.lower) - np.log(0.9) / 2) < 1e-4 and found.reaches(7)


def test_bracket_holds_for_any_trigonometric_polynomial():
    """The residual of a poor h is a wide bracket that still holds the exponent; a wrong number does not shift it."""
    family = heavy_ball("1/10", "9/10", Normal(1, 1))
    with precision(80):
        poor = Residual(family, [acb("0.1", "-0.2"), acb("0.05", "0.01")], 1e-4, Effort())
        around, shifted = bounded(poor, arb("-0.04")), bounded(poor, arb("0.02"))
    truth = -0.0390976775769
    for found in (around, shifted):
        assert float(found.lower) <= truth <= float(found.upper) and float(found.width) > 1e-2


def test_bounded_support_with_a_density_that_ends():
    family = heavy_ball("1/10", "9/10", Uniform(0, 2))
    found = certified_exponent(family, Effort(digits=6))
    assert float(found.width) < 1e-6
    assert agrees(found, *sampled(0.1, 0.9, lambda rng, n: 2 * rng.random(n)))


def test_method_keeps_silent_for_laws_that_are_not_its_own():
    y = sp.Symbol("y", real=True)
    finite = MatrixLaw.finite([(sp.Integer(1), sp.eye(2))])
    two = MatrixLaw((Component(sp.Integer(1), (x, y, sp.Integer(1), sp.Integer(0)), {x: Normal(0, 1), y: Normal(0, 1)}),), 2)
    large = MatrixLaw((Component(sp.Integer(1), (x, *sp.eye(3)[1:]), {x: Normal(0, 1)}),), 3)
    assert METHOD.top(finite, Effort()) is METHOD.top(two, Effort()) is METHOD.top(large, Effort()) is None


def test_question_by_rungs():
    chain = sm.HeavyBall(x * w**2 / 2, [w], "1/10", "9/10", data={x: Laplace(1, 1)})
    estimated = sm.lyapunov(chain, at={w: 0}, method="estimated")
    certified = sm.lyapunov(chain, at={w: 0}, digits=5)
    assert (estimated.warrant, certified.warrant) == (Warrant.ESTIMATED, Warrant.CERTIFIED)
    assert certified.enclosure.meets(estimated.enclosure) and certified.extra["attracts"] is True


def test_moving_nodes_where_matrices_are_nearly_singular():
    """Rules whose nodes move with the direction find the residual at single directions; the proof holds the floating solution."""
    family = heavy_ball("4/5", "3/10", Normal("-1/5", 1))
    found = certified_exponent(family, Effort(digits=3))
    assert found.reaches(3) and float(found.lower) < 0.0389153244114 < float(found.upper)
    with precision(80):
        rough = Residual(family, [acb("0.2", "-0.1"), acb("0.05", "0.1")], 1e-5, Effort())
        plans = all_arcs(rough)
        moving = [plan for plan in plans if plan.arc.moving]
        assert moving
        for plan in moving[:: max(1, len(moving) // 3)]:
            (f1, f2), (g1, g2) = plan.arc.middle, plan.arc.reach
            places = [arb(s) for s in ("-0.9", "0.3", "1")]
            ruled = rough.values(plan.arc, plan.panels, places)
            direct = [rough.at_direction((f1 + s * g1, f2 + s * g2)) for s in places]
            assert all(abs(one - other) < 1e-4 for one, other in zip(ruled, direct, strict=True))


def test_rare_singular_matrices_are_left_out_with_a_bound():
    """Nesterov: det M = mu (1 - lr x) vanishes at x = 10, nine deviations from the mean."""
    chain = sm.Nesterov(x * w**2 / 2, [w], "1/10", "9/10", data={x: Normal(1, 1)})
    answer = sm.lyapunov(chain, at={w: 0}, digits=6)
    assert answer.warrant is Warrant.CERTIFIED and answer.attracts is True
    sample = sm.lyapunov(chain, at={w: 0}, method="sampled")
    assert answer.enclosure.meets(sample.enclosure)
