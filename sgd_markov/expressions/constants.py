"""Numbers without symbols, such as sqrt(2) + log(3): enclosing balls, from which size, sign and floor are read.

sympy would decide these too, but at a price that has no bound: gamma(10**60) is multiplied out, floor of a sum of
roots that is nearly an integer asks for its minimal polynomial. Balls decide in microseconds or not at all.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import arb, ctx, fmpq

from .limits import MAX_MAGNITUDE, Refused

BITS = 64
SIGN_BITS = (64, 256)
MORE_SIGN_BITS = 4096
"""For 1 - erf(20) and the like. Not for algebraic numbers: where 360 bits do not decide their sign, sympy turns to
their minimal polynomials, which may take hours; so these are refused before it is asked."""
FLOOR_BITS = (64, 1024, 16384)

FUNCTION_BALLS: dict[str, Callable[[arb], arb]] = {
    "exp": arb.exp,
    "log": arb.log,
    "sin": arb.sin,
    "cos": arb.cos,
    "tan": arb.tan,
    "asin": arb.asin,
    "acos": arb.acos,
    "atan": arb.atan,
    "sinh": arb.sinh,
    "cosh": arb.cosh,
    "tanh": arb.tanh,
    "erf": arb.erf,
    "erfc": arb.erfc,
    "gamma": arb.gamma,
}
CONSTANT_BALLS: dict[sp.Expr, Callable[[], arb]] = {
    sp.pi: arb.pi,
    sp.E: arb.const_e,
    sp.EulerGamma: arb.const_euler,
}


class Constants:
    """Balls of constants, each computed once for a precision."""

    def __init__(self) -> None:
        self.known: dict[tuple[sp.Expr, int], arb] = {}

    def ball(self, constant: sp.Expr, bits: int = BITS) -> arb:
        """A ball that holds the constant; nan where it is not real."""
        key = (constant, bits)
        if key not in self.known:
            with ctx.workprec(bits):
                self.known[key] = self._computed(constant, bits)
        return self.known[key]

    def _computed(self, constant: sp.Expr, bits: int) -> arb:
        if constant.is_Rational:
            return arb(fmpq(int(constant.p), int(constant.q)))
        if constant in CONSTANT_BALLS:
            return CONSTANT_BALLS[constant]()
        balls = [self.ball(argument, bits) for argument in constant.args]
        if constant.is_Add:
            return sum(balls, arb(0))
        if constant.is_Mul:
            return product_ball(balls)
        if constant.is_Pow:
            return balls[0] ** balls[1]
        name = type(constant).__name__
        if name in FUNCTION_BALLS:
            return FUNCTION_BALLS[name](balls[0])
        raise Refused(f"numbers built from the functions of the grammar (found {name})")

    def sign(self, constant: sp.Expr) -> int:
        """1, 0 or -1: proved, or refused."""
        if constant.is_Rational:
            return int(sp.sign(constant))
        algebraic = not constant.atoms(sp.Function, sp.NumberSymbol)
        for bits in SIGN_BITS if algebraic else (*SIGN_BITS, MORE_SIGN_BITS):
            ball = self.ball(constant, bits)
            if ball > 0:
                return 1
            if ball < 0:
                return -1
        raise Refused("simpler constants (one is too close to 0 to decide its sign; if it is 0, write 0)")

    def floor(self, constant: sp.Expr) -> sp.Integer:
        """The floor: proved, or refused."""
        for bits in FLOOR_BITS:
            with ctx.workprec(bits):
                integer = self.ball(constant, bits).floor().unique_fmpz()
            if integer is not None:
                return sp.Integer(int(integer))
        raise Refused("simpler constants (one is too close to an integer to decide its floor; write the integer)")


def product_ball(balls: list[arb]) -> arb:
    product = arb(1)
    for ball in balls:
        product *= ball
    return product


def check_size(ball: arb, what: str) -> None:
    """Refuse a constant that is not surely within 2**-MAX_MAGNITUDE .. 2**MAX_MAGNITUDE in size."""
    if not abs(ball) < arb(2) ** MAX_MAGNITUDE:
        raise Refused(f"numbers of size up to 2**{MAX_MAGNITUDE} ({what} is too large)")
    if not ball.is_zero() and abs(ball) < arb(2) ** -MAX_MAGNITUDE:
        raise Refused(f"numbers of size 2**-{MAX_MAGNITUDE} or more, or 0 ({what} is too small)")
