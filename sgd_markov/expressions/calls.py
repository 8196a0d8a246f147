"""One step of an expression: a sum, a product, a power, a function. Each asks three things, in this order:

is it defined and real? is the result small? and only then, what does sympy make of it?
"""

from __future__ import annotations

from collections.abc import Callable
from math import lcm

import sympy as sp
from sympy.core.relational import Relational

from .constants import FUNCTION_BALLS, check_size
from .limits import MAX_ARGUMENTS, MAX_BITS, MAX_BRANCHES, MAX_EXPONENT, MAX_RADICAND, MAX_ROOT_BITS, Refused
from .screen import FUNCTIONS, INFINITE, Screen, check_bits, check_real_power

ORDERS: dict[str, tuple[type[sp.Basic], tuple[int, ...]]] = {
    "<": (sp.StrictLessThan, (-1,)),
    "<=": (sp.LessThan, (-1, 0)),
    ">": (sp.StrictGreaterThan, (1,)),
    ">=": (sp.GreaterThan, (1, 0)),
}
"""The relation, and the signs of left - right for which it holds."""
UNARY = {*FUNCTION_BALLS, "sqrt", "Abs", "sign", "floor", "Heaviside"}
SIMPLIFIED = {"Abs", "sign", "floor", "Heaviside"}
"""Functions whose arguments sympy simplifies, at a price."""
CALL_WORK = 3
"""The part of that price, in the unit of MAX_WORK, that does not depend on the size of the argument."""
MAX_LOOKS = 4
"""How often a result is built again until it no longer changes."""
LOG_CURE = "; write log(x)/log(b) for the logarithm to base b"


class Calls:
    """The operations of the grammar on sympy expressions."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def total(self, terms: list[sp.Expr]) -> sp.Expr:
        """The sum of the terms."""
        denominator = 1
        for term in terms:
            denominator = lcm(denominator, int(term.as_coeff_Mul()[0].q) if term not in INFINITE else 1)
            if denominator.bit_length() > MAX_BITS:
                raise Refused(f"sums whose common denominator has at most {MAX_BITS} bits")
        return self._done("a sum", lambda: sp.Add(*terms))

    def product(self, factors: list[sp.Expr]) -> sp.Expr:
        """The product of the factors."""
        rational = sp.Integer(1)
        for factor in factors:
            if factor.is_Rational:
                rational *= factor
                check_bits(rational, "a product")
        self._charge_roots(rational_powers(factors))
        rest = [factor for factor in factors if not factor.is_Rational]
        return self._done("a product", lambda: sp.Mul(rational, *rest))

    def _charge_roots(self, powers: list[tuple[sp.Rational, sp.Rational]]) -> None:
        """sqrt(2)*sqrt(3) is sqrt(6) to sympy, which factors what stands under a common root."""
        roots = [(base, exponent) for base, exponent in powers if not exponent.is_Integer]
        bits = sum(int(base.p).bit_length() + int(base.q).bit_length() for base, _ in roots)
        if bits > MAX_RADICAND:
            raise Refused(f"at most {MAX_RADICAND} bits under the roots of a product")
        work = bits * lcm(*(int(exponent.q) for _, exponent in roots))
        if len(roots) == 1 and is_perfect_root(roots[0][0]):
            work = bits
        if work > MAX_ROOT_BITS:
            raise Refused("exponents with smaller denominators for numbers, such as 12**(1/3)")
        self.screen.charge(base=bits // 8 + work // 64)

    def reciprocal(self, expr: sp.Expr) -> sp.Expr:
        if expr.is_zero:
            raise Refused("expressions that are defined (there is a division by 0)")
        return self.power(expr, sp.Integer(-1))

    def power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        """base**exponent, refused unless real."""
        if base in INFINITE or exponent in INFINITE:
            return self._done("a power", lambda: base**exponent)
        if self.screen.is_constant(base):
            self._check_base(base, exponent)
        if exponent.is_Rational:
            self._check_rational_exponent(base, exponent)
        elif not exponent.is_Atom:
            self.screen.charge(exponent)
        return self._done("a power", lambda: settled(base**exponent))

    def _check_base(self, base: sp.Expr, exponent: sp.Expr) -> None:
        """Is constant**exponent real, defined, and of bearable size?"""
        sign = self.screen.constants.sign(base)
        check_real_power(sign, exponent)
        if not self.screen.is_constant(exponent):
            return
        if sign == 0:
            if self.screen.constants.sign(exponent) < 0:
                raise Refused("expressions that are defined (there is a division by 0)")
            return
        logarithm = abs(self.screen.constants.ball(base)).log() * self.screen.constants.ball(exponent)
        check_size(logarithm.exp(), "a power")

    def _check_rational_exponent(self, base: sp.Expr, exponent: sp.Rational) -> None:
        """The powers of rational factors are multiplied out, and roots of them factored."""
        if base.is_Rational and abs(base) in (0, 1):
            return
        if not base.is_Rational and abs(exponent) > MAX_EXPONENT:
            raise Refused(f"exponents up to {MAX_EXPONENT}")
        powers = [(number, power * exponent) for number, power in rational_powers([base])]
        self._check_rational_powers(powers)

    def _check_rational_powers(self, powers: list[tuple[sp.Rational, sp.Rational]]) -> None:
        for base, exponent in powers:
            bits = max(int(base.p).bit_length(), int(base.q).bit_length())
            if bits * (abs(exponent) - 1) > MAX_BITS:
                raise Refused(f"numbers of at most {MAX_BITS} bits (a power has more)")
        self._charge_roots(powers)

    def call(self, name: str, arguments: list[sp.Expr]) -> sp.Expr:
        """The function of that name."""
        if name in ("Min", "Max"):
            return self.extreme(name, arguments)
        if len(arguments) != 1:
            raise Refused(f"{name} with 1 argument (it has {len(arguments)}){LOG_CURE if name == 'log' else ''}")
        argument = arguments[0]
        if name == "sqrt":
            return self.power(argument, sp.Rational(1, 2))
        if self.screen.is_finite_constant(argument):
            return self._of_constant(name, argument)
        if name in SIMPLIFIED:
            self.screen.charge(argument, base=CALL_WORK)
        if name == "log" and argument.is_negative:
            raise Refused("a positive argument in log (log of a negative number is complex)")
        self._check_hidden_power(name, argument)
        return self._applied(name, argument)

    def _of_constant(self, name: str, argument: sp.Expr) -> sp.Expr:
        """The function of a number: what rounds or compares is decided by balls, never by sympy."""
        constants = self.screen.constants
        self.screen.charge(base=2 * CALL_WORK)
        if name == "floor":
            return self.screen.passed(constants.floor(argument), "floor")
        if name in SIMPLIFIED:
            sign = constants.sign(argument)
            if name == "Heaviside":
                return sp.Rational(1 + sign, 2)
            return sp.Integer(sign) if name == "sign" else self.product([sp.Integer(sign), argument])
        check_defined(name, argument, constants.sign)
        check_size(FUNCTION_BALLS[name](constants.ball(argument)), name)
        self._check_hidden_power(name, argument)
        return self._applied(name, argument)

    def _check_hidden_power(self, name: str, argument: sp.Expr) -> None:
        """exp(10**9*log(2)) is 2**(10**9) to sympy."""
        if name != "exp":
            return
        terms = [term.as_coeff_Mul() for term in sp.Add.make_args(argument)]
        logs = [(rest.args[0], coefficient) for coefficient, rest in terms if isinstance(rest, sp.log)]
        self._check_rational_powers([(base, exponent) for base, exponent in logs if base.is_Rational])

    def _applied(self, name: str, argument: sp.Expr) -> sp.Expr:
        result = self._done(name, lambda: settled(FUNCTIONS[name](argument)))
        if name == "Abs":
            result = self._done(name, lambda: opened(result))
        if not isinstance(result, FUNCTIONS[name]):
            self.screen.charge(result)  # sin(pi/120) is a large expression in roots
        return result

    def extreme(self, name: str, arguments: list[sp.Expr]) -> sp.Expr:
        """Min or Max: the numbers among the arguments are compared by balls, the rest by sympy."""
        if not 1 <= len(arguments) <= MAX_ARGUMENTS:
            raise Refused(f"{name} with 1 to {MAX_ARGUMENTS} arguments (it has {len(arguments)})")
        numbers = [argument for argument in arguments if self.screen.is_finite_constant(argument)]
        others = [argument for argument in arguments if argument not in numbers]
        if numbers:
            others.append(self._extreme_number(numbers, 1 if name == "Max" else -1))
        for position, argument in enumerate(others):
            self.screen.charge(*[argument] * (len(others) - 1))
            for other in others[:position]:
                self._difference(argument, other)
        return self._done(name, lambda: settled(FUNCTIONS[name](*others)))

    def _extreme_number(self, numbers: list[sp.Expr], direction: int) -> sp.Expr:
        best = numbers[0]
        for number in numbers[1:]:
            if self.screen.constants.sign(self._difference(number, best)) == direction:
                best = number
        return best

    def _difference(self, left: sp.Expr, right: sp.Expr) -> sp.Expr:
        if left in INFINITE or right in INFINITE:
            return sp.Integer(0)
        return self.total([left, self.product([sp.Integer(-1), right])])

    def comparison(self, left: sp.Expr, operator: str, right: sp.Expr) -> sp.Basic:
        """left < right and its kin, decided where both are numbers or differ by one."""
        relation, signs = ORDERS[operator]
        if left not in INFINITE and right not in INFINITE:
            self.screen.charge(left, right)
            difference = self._difference(left, right)
            if self.screen.is_constant(difference):
                return sp.true if self.screen.constants.sign(difference) in signs else sp.false
        return self._done("a comparison", lambda: relation(left, right))

    def junction(self, operator: str, conditions: list[sp.Basic]) -> sp.Basic:
        """Conditions joined by & or |."""
        return self._done("a condition", lambda: (sp.And if operator == "&" else sp.Or)(*conditions))

    def piecewise(self, pairs: list[tuple[sp.Expr, sp.Basic]]) -> sp.Expr:
        """Piecewise whose branches cover everything; the last condition becomes True."""
        conditions = [condition for _, condition in pairs]
        for condition in conditions:
            if len(condition.atoms(Relational)) > MAX_BRANCHES:
                raise Refused(f"at most {MAX_BRANCHES} comparisons in one condition")
        if sp.Or(*conditions) is not sp.true:
            raise Refused("(value, True) as the last branch of Piecewise (the conditions may leave a case out)")
        self.screen.charge(*(part for pair in pairs for part in pair))
        return self._done("Piecewise", lambda: sp.Piecewise(*pairs[:-1], (pairs[-1][0], True)))

    def _done(self, what: str, compute: Callable[[], sp.Basic]) -> sp.Basic:
        """What sympy computes, if it can and the result passes."""
        try:
            result = compute()
        except (Refused, RecursionError, MemoryError):
            raise
        except Exception as error:  # sympy has bugs that raise anything, such as asin(sin(10**400))
            raise Refused(f"a simpler expression (sympy cannot evaluate {what} of it)") from error
        return self.screen.passed(result, what)


def rational_powers(factors: list[sp.Expr]) -> list[tuple[sp.Rational, sp.Rational]]:
    """The factors, and the factors of these, that are a rational number to a rational power: (base, exponent).

    >>> rational_powers([3 * sp.sqrt(2), sp.pi])
    [(3, 1), (2, 1/2)]
    """
    powers = [part.as_base_exp() for factor in factors for part in sp.Mul.make_args(factor)]
    return [(base, exponent) for base, exponent in powers if base.is_Rational and exponent.is_Rational]


def is_perfect_root(rational: sp.Rational) -> bool:
    """Do all primes of the numerator have one exponent, and those of the denominator? Then roots keep them together."""
    sides = (int(abs(rational.p)), int(rational.q))
    return all(side < 2**32 and len(set(sp.factorint(side).values())) <= 1 for side in sides)


def settled(result: sp.Expr) -> sp.Expr:
    """The result as sympy would build it again from its parts; and without cot, which the grammar lacks.

    sympy itself stops half-way: tan(x + pi/2) is -cot(x), Abs(lr/x) is lr*Abs(1/x), sqrt(sqrt(343)) is
    sqrt(7)*7**(1/4), and Max of Min leaves arguments that a second look drops.
    """
    if result.has(sp.cot):
        result = result.replace(sp.cot, lambda angle: 1 / sp.tan(angle))
    for _ in range(MAX_LOOKS):
        before, result = result, rebuilt(result)
        if result == before:
            break
    return result


def rebuilt(expr: sp.Expr) -> sp.Expr:
    if isinstance(expr, sp.Mul | sp.Min | sp.Max):
        return expr.func(*(rebuilt(argument) for argument in expr.args))
    return sp.Abs(expr.args[0]) if isinstance(expr, sp.Abs) else expr


def opened(expr: sp.Expr) -> sp.Expr:
    """-(x - y) is y - x, also deep inside: Abs leaves such parentheses, which sympy never builds."""
    return expr.replace(
        lambda part: part.is_Mul and len(part.args) == 2 and part.args[0].is_Rational and part.args[1].is_Add,
        lambda part: sp.Mul(*part.args),
        simultaneous=False,
    )


def check_defined(name: str, argument: sp.Expr, sign: Callable[[sp.Expr], int]) -> None:
    """Refuse a function of a number outside its domain."""
    if name == "log" and sign(argument) <= 0:
        reason = "log(0) is infinite" if argument.is_zero else "log of a negative number is complex"
        raise Refused(f"a positive number in log ({reason})")
    if name in ("asin", "acos") and (sign(argument - 1) > 0 or sign(argument + 1) < 0):
        raise Refused(f"a number from -1 to 1 in {name} (it is complex elsewhere)")
    if name == "tan" and (2 * argument / sp.pi).is_odd:
        raise Refused("an angle other than pi/2, 3*pi/2, ... in tan (it is infinite there)")
    if name == "gamma" and argument.is_Integer and argument <= 0:
        raise Refused("a number other than 0, -1, -2, ... in gamma (it is infinite there)")
