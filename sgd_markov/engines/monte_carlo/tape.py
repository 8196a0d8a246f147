"""From sympy expressions to a straight line of elementwise numpy calls, by a walk over the tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from math import inf
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...errors import InvalidInput
from .streams import Reals

Function = Callable[..., object]
Slot = int
"""The number of a value: an input, a constant, or the result of one call."""

ELEMENTWISE: dict[type[sp.Basic], Function] = {
    sp.exp: np.exp, sp.log: np.log, sp.sin: np.sin, sp.cos: np.cos, sp.tan: np.tan,
    sp.asin: np.arcsin, sp.acos: np.arccos, sp.atan: np.arctan, sp.atan2: np.arctan2,
    sp.sinh: np.sinh, sp.cosh: np.cosh, sp.tanh: np.tanh, sp.asinh: np.arcsinh, sp.acosh: np.arccosh,
    sp.Abs: np.absolute, sp.sign: np.sign, sp.floor: np.floor, sp.ceiling: np.ceil,
    sp.Heaviside: np.heaviside,  # its second argument, the value at 0, is 1/2 unless written otherwise
}  # fmt: skip
SPECIAL = {
    sp.erf: "erf", sp.erfc: "erfc", sp.gamma: "gamma", sp.loggamma: "gammaln", sp.polygamma: "polygamma",
}  # fmt: skip
RELATIONS: dict[type[sp.Basic], Function] = {
    sp.StrictLessThan: np.less, sp.LessThan: np.less_equal, sp.StrictGreaterThan: np.greater,
    sp.GreaterThan: np.greater_equal, sp.Equality: np.equal, sp.Unequality: np.not_equal,
}  # fmt: skip
CONNECTIVES: dict[type[sp.Basic], Function] = {sp.And: np.logical_and, sp.Or: np.logical_or}


def smaller(a: Reals, b: Reals, result: Reals) -> None:
    """min(a, b); nan is passed on. numpy takes the result of these two by name only."""
    np.minimum(a, b, out=result)


def larger(a: Reals, b: Reals, result: Reals) -> None:
    """max(a, b); nan is passed on."""
    np.maximum(a, b, out=result)


REPEATED: dict[type[sp.Basic], Function] = {sp.Min: smaller, sp.Max: larger}


@dataclass(frozen=True)
class Call:
    """`function(*operands, result)`: elementwise, so that the result may overwrite an operand unless `apart`."""

    function: Function
    operands: tuple[Slot, ...]
    result: Slot
    boolean: bool = False
    apart: bool = False


def select(condition: NDArray[np.bool_], value: Reals, otherwise: Reals, result: Reals) -> None:
    """value where the condition holds, else otherwise: one layer of a Piecewise."""
    np.copyto(result, otherwise)
    np.copyto(result, value, where=condition)


@cache
def special(name: str) -> Function:
    """A function of scipy.special that takes (*arguments, result); imported late, it costs a start-up."""
    import scipy.special

    function: Function = getattr(scipy.special, name)
    if isinstance(function, np.ufunc):
        return function

    def into(*arguments: Any) -> None:  # polygamma is no ufunc
        np.copyto(arguments[-1], function(*arguments[:-1]))  # type: ignore[arg-type]

    return into


def number(expr: sp.Expr) -> float:
    """The double nearest to a constant expression.

    >>> number(sp.Rational(1, 3)) == 1 / 3, number(sp.sqrt(2) * sp.pi)
    (True, 4.442882938158366)
    """
    if expr.is_Rational:
        try:
            return float(int(expr.p) / int(expr.q))  # Python rounds to the nearest
        except OverflowError:
            return inf if expr.p > 0 else -inf
    value = sp.N(expr, 25)
    if value.is_extended_real is not True:
        raise InvalidInput("map", expr, "real numbers")
    return float(value)


@dataclass
class Tape:
    """The calls that compute some expressions; slots 0, 1, ... are the inputs. A subexpression is computed once.

    >>> x = sp.Symbol("x", real=True)
    >>> tape = Tape([x])
    >>> slot = tape.slot(sp.exp(x**2) - x**2)
    >>> [call.function.__name__ for call in tape.calls]
    ['multiply', 'exp', 'subtract']
    """

    inputs: Sequence[sp.Symbol]
    calls: list[Call] = field(default_factory=list)
    constants: dict[Slot, float | bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._size = len(self.inputs)
        self._known: dict[object, Slot] = {symbol: slot for slot, symbol in enumerate(self.inputs)}

    def slot(self, expr: sp.Basic) -> Slot:
        """Where the value of the expression is found."""
        if expr not in self._known:
            self._known[expr] = self._lowered(expr)
        return self._known[expr]

    def result(self, expr: sp.Basic) -> Slot:
        """The same, never an input itself: whoever runs the tape may overwrite the inputs with the results."""
        slot = self.slot(expr)
        return self._call(np.positive, slot) if slot < len(self.inputs) else slot

    def _lowered(self, expr: sp.Basic) -> Slot:
        if expr in (sp.true, sp.false):
            return self._constant(bool(expr))
        if not expr.free_symbols and isinstance(expr, sp.Expr):
            return self._constant(number(expr))
        kind = expr.func
        if kind in SPECIALISED:
            return SPECIALISED[kind](self, expr)
        if kind in ELEMENTWISE or kind in SPECIAL:
            function = ELEMENTWISE[kind] if kind in ELEMENTWISE else special(SPECIAL[kind])
            return self._call(function, *map(self.slot, expr.args))
        if kind in REPEATED:
            return self._chained(REPEATED[kind], list(map(self.slot, expr.args)))
        if kind in RELATIONS:
            return self._call(RELATIONS[kind], *map(self.slot, expr.args), boolean=True)
        if kind in CONNECTIVES:
            return self._chained(CONNECTIVES[kind], list(map(self.slot, expr.args)), boolean=True)
        what = "a value for this symbol" if expr.is_Symbol else "the functions of the grammar (no derivative of a jump)"
        raise InvalidInput("map", expr, what)

    # ---- making slots

    def _new(self) -> Slot:
        self._size += 1
        return self._size - 1

    def _constant(self, value: float | bool) -> Slot:
        key = ("constant", value, type(value), str(value))  # the text keeps 0.0 and -0.0 apart
        if key not in self._known:
            self._known[key] = self._new()
            self.constants[self._known[key]] = value
        return self._known[key]

    def _call(self, function: Function, *operands: Slot, boolean: bool = False, apart: bool = False) -> Slot:
        result = self._new()
        self.calls.append(Call(function, operands, result, boolean, apart))
        return result

    def _chained(self, function: Function, slots: list[Slot], boolean: bool = False) -> Slot:
        return reduce(lambda left, right: self._call(function, left, right, boolean=boolean), slots)

    # ---- arithmetic

    def _sum(self, expr: sp.Add) -> Slot:
        """Constants folded into one; terms of negative coefficient subtracted."""
        free = [term for term in expr.args if term.free_symbols]
        constant = sp.Add(*(term for term in expr.args if not term.free_symbols))
        negative = [term for term in free if term.as_coeff_Mul()[0].is_negative]
        positive = [self.slot(term) for term in free if term not in negative]
        if constant != 0:
            positive.append(self.slot(constant))
        if not positive:
            positive = [self.slot(negative.pop(0))]
        total = self._chained(np.add, positive)
        return self._chained(np.subtract, [total, *(self.slot(-term) for term in negative)])

    def _product(self, expr: sp.Mul) -> Slot:
        """Constants folded into one factor; negative powers gathered into one division."""
        constant = sp.Mul(*(factor for factor in expr.args if not factor.free_symbols))
        free = [factor for factor in expr.args if factor.free_symbols]
        below = [self.slot(1 / factor) for factor in free if is_divisor(factor)]
        above = [self.slot(factor) for factor in free if not is_divisor(factor)]
        if constant == -1 and above:
            above = [self._call(np.negative, self._chained(np.multiply, above))]
        elif constant != 1 or not above:
            above.append(self.slot(constant))
        top = self._chained(np.multiply, above)
        return self._call(np.divide, top, self._chained(np.multiply, below)) if below else top

    def _power(self, expr: sp.Pow) -> Slot:
        """Integers by repeated squaring, halves with a square root, all else by np.power (nan off the reals)."""
        base, exponent = expr.args
        if is_divisor(expr):
            return self._call(np.divide, self._constant(1.0), self.slot(1 / expr))
        if exponent.is_Integer:
            return self._integer_power(self.slot(base), int(exponent))
        if exponent.is_Rational and exponent.q == 2:
            root = ("root", self.slot(base))
            if root not in self._known:
                self._known[root] = self._call(np.sqrt, self.slot(base))
            whole = exponent.p // 2
            factors = [self._known[root], *([self._integer_power(self.slot(base), whole)] if whole else [])]
            return self._chained(np.multiply, factors)
        return self._call(np.power, self.slot(base), self.slot(exponent))

    def _integer_power(self, base: Slot, n: int) -> Slot:
        if n == 1:
            return base
        key = ("power", base, n)
        if key not in self._known:
            half = self._integer_power(base, n // 2 if n % 2 == 0 else n - 1)
            self._known[key] = self._call(np.multiply, half, half if n % 2 == 0 else base)
        return self._known[key]

    # ---- cases

    def _cases(self, expr: sp.Piecewise) -> Slot:
        """The first condition that holds decides; nan where none does."""
        result = self._constant(float("nan"))
        for value, condition in reversed(expr.args):
            if condition == sp.true:
                result = self.slot(value)
            else:
                result = self._call(select, self.slot(condition), self.slot(value), result, apart=True)
        return result

    def _negation(self, expr: sp.Not) -> Slot:
        return self._call(np.logical_not, self.slot(expr.args[0]), boolean=True)


SPECIALISED: dict[type[sp.Basic], Callable[[Tape, sp.Basic], Slot]] = {
    sp.Add: Tape._sum,
    sp.Mul: Tape._product,
    sp.Pow: Tape._power,
    sp.Piecewise: Tape._cases,
    sp.Not: Tape._negation,
}


def is_divisor(factor: sp.Expr) -> bool:
    """A power with a negative rational exponent."""
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative)
