"""The characteristic function of sum_n rho^n B_n as an infinite product, in LaTeX."""

from __future__ import annotations

import sympy as sp

from ..answer.text import expression_latex
from .affine_frame import AffineStep
from .neat import neat


def product_description(steps: tuple[AffineStep, ...]) -> str:
    """E exp(i t w) for w = sum_n rho^n B_n with finitely many values of B: two equally likely values give cosines.

    >>> half = sp.Rational(1, 2)
    >>> product_description(((half, sp.Integer(-1), half), (half, sp.Integer(1), half)))
    '\\\\mathbb{E}e^{itw} = \\\\prod_{n\\\\ge0}\\\\cos\\\\left(t \\\\left(\\\\frac{1}{2}\\\\right)^{n}\\\\right)'
    """
    rho, values = steps[0][0], [b for _, b, _ in steps]
    power = rf"\left({expression_latex(rho)}\right)^{{n}}"
    if len(steps) == 2 and steps[0][2] == steps[1][2]:
        centre, half = neat(sum(values) / 2 / (1 - rho)), neat((values[1] - values[0]) / 2)
        half = -half if half.could_extract_minus_sign() else half
        shift = "" if centre == 0 else rf"e^{{it {bracketed(centre)}}}"
        scale = "" if half == 1 else bracketed(half) + " "
        return rf"\mathbb{{E}}e^{{itw}} = {shift}\prod_{{n\ge0}}\cos\left(t {scale}{power}\right)"
    terms = " + ".join(rf"{bracketed(p)} e^{{it {bracketed(b)} {power}}}" for _, b, p in steps)
    return rf"\mathbb{{E}}e^{{itw}} = \prod_{{n\ge0}}\left({terms}\right)"


def bracketed(expr: sp.Expr) -> str:
    latex = expression_latex(expr)
    return latex if expr.is_Symbol or (expr.is_nonnegative and expr.is_Integer) else rf"\left({latex}\right)"
