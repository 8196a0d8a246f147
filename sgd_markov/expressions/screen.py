"""Is a sympy object still small, real and exact? Every result of every step is asked, each part of it once."""

from __future__ import annotations

import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom

from .constants import FUNCTION_BALLS, Constants, check_size
from .limits import MAX_BITS, MAX_CONSTANT_DEPTH, MAX_EXPONENT, MAX_PIECE, MAX_ROOT, MAX_WORK, Refused

FUNCTIONS: dict[str, type[sp.Basic]] = {
    name: getattr(sp, name)
    for name in (
        *FUNCTION_BALLS,
        *("Abs", "sign", "floor", "Min", "Max", "Heaviside", "Piecewise"),
    )
}
ARITHMETIC = (sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Rational)
CONDITIONS = (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan, sp.And, sp.Or, BooleanAtom)
NUMBERS = (sp.pi, sp.E, sp.EulerGamma, sp.oo, -sp.oo)
INFINITE = (sp.oo, -sp.oo)


class Screen:
    """What was found out about the parts of one expression, and the work spent on it."""

    def __init__(self) -> None:
        self.constants = Constants()
        self.depth: dict[sp.Basic, int] = {}
        """Of the parts that were seen: how deep, 0 where a symbol stands in them."""
        self.work = 0

    def passed(self, result: sp.Basic, what: str) -> sp.Basic:
        """The result itself, if all its parts are allowed; `what` names the step in the refusal."""
        self.is_constant(result, what)
        return result

    def is_constant(self, part: sp.Basic, what: str = "the expression") -> bool:
        """Is it free of symbols? Checks what was not checked before."""
        if part not in self.depth:
            check_kind(part, what)
            arguments = [self.is_constant(argument, what) for argument in part.args]
            constant = all(arguments) and not part.is_Symbol
            depth = 1 + max((self.depth[argument] for argument in part.args), default=0) if constant else 0
            if depth > MAX_CONSTANT_DEPTH:
                raise Refused(f"numbers of at most {MAX_CONSTANT_DEPTH} levels ({what} has more)")
            self._check_value(part, constant, what)
            self.depth[part] = depth
        return self.depth[part] > 0

    def is_finite_constant(self, part: sp.Basic) -> bool:
        return self.is_constant(part) and part not in INFINITE

    def _check_value(self, part: sp.Basic, constant: bool, what: str) -> None:
        if isinstance(part, sp.Expr) and not part.is_Piecewise and any(term in INFINITE for term in part.args):
            raise Refused(f"oo alone or as an end of a range ({what} with oo is not a real number)")
        if part.is_Pow and not (part.base.is_Rational and part.exp.is_Rational):
            check_exponent(part.exp, what)
            if self.is_constant(part.base):
                check_real_power(self.constants.sign(part.base), part.exp)
        if part.is_Add and not constant:
            self._check_hidden_zero(part)
        if constant and part.is_Rational:
            check_bits(part, what)
        elif constant and isinstance(part, sp.Expr) and part.args:
            check_size(self.constants.ball(part), what)
            self.constants.sign(part)

    def _check_hidden_zero(self, sum_: sp.Add) -> None:
        """The constant terms of a sum may cancel: x + sqrt(3 + 2*sqrt(2)) - sqrt(2) - 1 is x."""
        constants = [term for term in sum_.args if self.depth[term]]
        if len(constants) > 1:
            self.constants.sign(sp.Add(*constants))

    def charge(self, *parts: sp.Basic, base: int = 0) -> None:
        """Account for sympy's work on simplifying the parts, before it begins; `base` is added to it."""
        self.work += base
        for part in parts:
            size = sum(cleared_size(part))
            self.work += size
            if size > MAX_PIECE:
                self.work = MAX_WORK + 1
        if self.work > MAX_WORK:
            raise Refused("smaller expressions inside functions, Piecewise and powers, or fewer of them")


def check_kind(part: sp.Basic, what: str) -> None:
    """Refuse everything that is not of the grammar: nan, complex numbers, functions that sympy brought in."""
    if part is sp.zoo:
        raise Refused(f"expressions that are defined ({what} is infinite: a division by 0, or log(0))")
    if part is sp.nan:
        raise Refused(f"expressions that are defined ({what} is undefined, as 0/0 or oo - oo)")
    if part is sp.I:
        raise Refused(f"real expressions ({what} is complex)")
    known = (*ARITHMETIC, *CONDITIONS, ExprCondPair, sp.Tuple, *FUNCTIONS.values())
    if not isinstance(part, known) and part not in NUMBERS:
        raise Refused(f"a simpler expression ({what} leads to {type(part).__name__}, which the grammar lacks)")


def check_bits(rational: sp.Rational, what: str) -> None:
    if max(int(rational.p).bit_length(), int(rational.q).bit_length()) > MAX_BITS:
        raise Refused(f"numbers of at most {MAX_BITS} bits ({what} has more)")


def check_real_power(sign: int, exponent: sp.Expr) -> None:
    """Refuse the power of a constant of that sign if it is complex."""
    if sign < 0 and not exponent.is_integer:
        raise Refused("real powers (a negative number to a power that is not an integer is complex)")


def check_exponent(exponent: sp.Expr, what: str) -> None:
    """x**(10**9) and 2**(x + 10**9) would be expanded some day."""
    for rational in exponent.atoms(sp.Rational):
        if abs(rational) > MAX_EXPONENT:
            raise Refused(f"exponents up to {MAX_EXPONENT} ({what} has a larger one)")
    if exponent.is_Rational and exponent.q > MAX_ROOT:
        raise Refused(f"fractional exponents with denominators up to {MAX_ROOT} ({what} has a larger one)")


def cleared_size(part: sp.Basic) -> tuple[int, int]:
    """About how many parts the numerator and the denominator have once fractions are cleared.

    sympy clears them in Abs; for a continued fraction the size doubles at every level.

    >>> x = sp.Symbol("x", real=True)
    >>> cleared_size(1 + 1/x)
    (4, 3)
    """
    if part.is_Add:
        sizes = [cleared_size(term) for term in part.args]
        below = sum(size for _, size in sizes if size > 1) or 1
        # every numerator is multiplied by the other denominators
        return sum(above + max(0, below - own) for above, own in sizes), below
    if part.is_Mul:
        sizes = [cleared_size(factor) for factor in part.args]
        return sum(above for above, _ in sizes), sum(size for _, size in sizes if size > 1) or 1
    if part.is_Pow and part.exp.could_extract_minus_sign():
        above, below = cleared_size(part.base)
        return below, above + sum(cleared_size(part.exp))
    return 1 + sum(sum(cleared_size(argument)) for argument in part.args), 1
