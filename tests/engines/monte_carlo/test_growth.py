"""Which maps are linear, and what scaling does."""

import numpy as np
import pytest
import sympy as sp

from sgd_markov.chain.chain import Chain
from sgd_markov.chain.draw import Draw
from sgd_markov.engines.monte_carlo.growth import Scale, homogeneous, moved_to_zero, norm

u, v, x, g = sp.symbols("u v x g", real=True)


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ((u * x,), True),
        ((u * (1 - x * (1 + x)),), True),
        ((sp.Abs(u) * x - u,), True),
        ((u + x,), False),
        ((u**2,), False),
        ((u * x + u**3,), False),
        ((sp.Max(u, 1),), False),
    ],
)
def test_homogeneous(update, expected):
    assert homogeneous(Chain((u,), update, Draw())) is expected


def test_homogeneous_looks_at_the_gradient():
    linear = Chain((u, v), (u - v / 3 - g, v / 2 + g), Draw(), (g,), (x * u + v,))
    affine = Chain((u, v), (u - v / 3 - g, v / 2 + g), Draw(), (g,), (x * u - 1,))
    assert homogeneous(linear) and not homogeneous(affine)


def test_moving_to_zero_turns_an_affine_map_about_its_fixed_point_linear():
    chain = Chain((u,), (u - g,), Draw(), (g,), (x * (u - sp.sqrt(2)),))
    moved = moved_to_zero(chain, {u: sp.sqrt(2)})
    assert homogeneous(moved)
    assert moved.gradient == (u * x,)


def test_scale_restores_what_it_took():
    state = np.array([[1e200, 0.0, 1.0, np.inf, 1e-250], [1e-100, 0.0, 2.0, 1.0, 1e-300]])
    before, scale = state.copy(), Scale(5)
    scale.rescale(state)
    assert scale.exponent[1:4].tolist() == [0, 0, 0] and scale.exponent[0] > 600 > -800 > scale.exponent[4]
    assert (scale.restored(state) == before).all()
    assert scale.log_norm(state)[:3] == pytest.approx([np.log(1e200), -np.inf, np.log(np.sqrt(5))])


def test_norm_neither_overflows_nor_underflows():
    assert norm(np.array([[3e200, 3e-200, -5], [4e200, -4e-200, 0]])) == pytest.approx([5e200, 5e-200, 5])
    assert norm(np.array([[-2.0]])).tolist() == [2]
