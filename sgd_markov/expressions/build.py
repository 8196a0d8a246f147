"""Tree to sympy."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ..errors import InvalidInput
from .calls import UNARY, Calls
from .limits import MAX_BRANCHES, MAX_DIGITS, MAX_PIECEWISE_DEPTH, Refused
from .screen import Screen
from .syntax import Call, Comparison, Group, Junction, Literal, Name, Node, Power, Product, Sum, tree

CONSTANTS = {"pi": sp.pi, "E": sp.E, "oo": sp.oo, "EulerGamma": sp.EulerGamma}
FUNCTION_NAMES = sorted({*UNARY, "Min", "Max", "Piecewise"})


def parse(text: str, symbols: Mapping[str, sp.Symbol], field: str) -> sp.Expr:
    """The sympy expression that the text means in the grammar of problem files; exact, never with floats.

    Heaviside(0) is 1/2. `oo` may stand alone, as an end of a range or in a comparison, not in arithmetic with symbols.
    Raises InvalidInput, naming `field` and the cause, for everything else: names that are not in `symbols`,
    complex or undefined values, and numbers or expressions of absurd size.

    >>> x = sp.Symbol("x", real=True)
    >>> parse("x**2/0.5 + sqrt(8)", {"x": x}, "model.loss")
    2*x**2 + 2*sqrt(2)
    >>> parse("Piecewise((x, (x > 0) & (x < 1)), (0, True))", {"x": x}, "model.loss")
    Piecewise((x, (x > 0) & (x < 1)), (0, True))
    >>> parse("2*y", {"x": x}, "model.loss")
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: model.loss: "2*y" is not allowed; use declared names only (undeclared symbol 'y'; \
declare it under [symbols] or use one of: x)
    """
    try:
        return _Builder(symbols).expression(tree(text))
    except Refused as refusal:
        raise InvalidInput(field, printable(text), str(refusal)) from None
    except (RecursionError, MemoryError):
        raise InvalidInput(field, printable(text), "an expression with less nesting") from None


def printable(text: str) -> str:
    """The text without control characters, for messages."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


class _Builder:
    def __init__(self, symbols: Mapping[str, sp.Symbol]) -> None:
        self.symbols = symbols
        self.screen = Screen()
        self.calls = Calls(self.screen)
        self.piecewise_depth = 0
        self.in_condition = False

    def expression(self, node: Node) -> sp.Expr:
        match node:
            case Literal(text):
                return self.screen.passed(decimal(text), "a number")
            case Name(text):
                return self.name(text)
            case Sum(terms):
                return self.calls.total([self.term(minus, term) for minus, term in terms])
            case Product(factors):
                return self.calls.product([part for below, factor in factors for part in self.factor(below, factor)])
            case Power(base, exponent):
                return self.calls.power(self.expression(base), self.expression(exponent))
            case Call(name, arguments):
                return self.call(name, arguments)
            case Group():
                raise Refused("tuples (value, condition) only inside Piecewise")
            case Comparison() | Junction():
                raise Refused("comparisons, & and | only as conditions of Piecewise, each comparison in parentheses")

    def term(self, minus: bool, node: Node) -> sp.Expr:
        value = self.expression(node)
        return self.calls.product([sp.Integer(-1), value]) if minus else value

    def factor(self, below: bool, node: Node) -> list[sp.Expr]:
        """The factors of the node, or of 1/node; 1/(7*(x + 1)) keeps its parenthesis, which sympy would open."""
        if not below:
            return [self.expression(node)]
        if isinstance(node, Product):
            return [part for under, factor in node.factors for part in self.factor(not under, factor)]
        return [self.calls.reciprocal(self.expression(node))]

    def name(self, name: str) -> sp.Expr:
        if name in self.symbols:
            return self.screen.passed(self.symbols[name], "a name")
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name == "True":
            raise Refused("True only as a condition of Piecewise")
        if name in FUNCTION_NAMES:
            raise Refused(f"arguments in parentheses after '{name}'")
        declared = ", ".join(sorted(self.symbols)[:12]) or "(none is declared)"
        cure = f"declare it under [symbols] or use one of: {declared}"
        raise Refused(f"declared names only (undeclared symbol '{name[:40]}'; {cure})")

    def call(self, name: str, arguments: list[Node]) -> sp.Expr:
        if name == "Piecewise":
            return self.piecewise(arguments)
        if name in self.symbols or name in CONSTANTS:
            raise Refused(f"an operator between '{name}' and '(' ({name} is not a function)")
        if name not in FUNCTION_NAMES:
            raise Refused(f"one of the functions {', '.join(FUNCTION_NAMES)} (unknown function '{name[:40]}')")
        return self.calls.call(name, [self.expression(argument) for argument in arguments])

    def piecewise(self, branches: list[Node]) -> sp.Expr:
        if self.in_condition or self.piecewise_depth == MAX_PIECEWISE_DEPTH:
            raise Refused(f"Piecewise outside conditions and at most {MAX_PIECEWISE_DEPTH} inside one another")
        if not 1 <= len(branches) <= MAX_BRANCHES:
            raise Refused(f"Piecewise with 1 to {MAX_BRANCHES} branches (it has {len(branches)})")
        self.piecewise_depth += 1
        pairs = [self.branch(branch) for branch in branches]
        self.piecewise_depth -= 1
        return self.calls.piecewise(pairs)

    def branch(self, node: Node) -> tuple[sp.Expr, sp.Basic]:
        if not isinstance(node, Group) or len(node.items) != 2:
            raise Refused("Piecewise((value, condition), ..., (value, True))")
        value = self.expression(node.items[0])
        self.in_condition = True
        condition = self.condition(node.items[1])
        self.in_condition = False
        return value, condition

    def condition(self, node: Node) -> sp.Basic:
        match node:
            case Name("True"):
                return sp.true
            case Comparison(left, operator, right):
                return self.calls.comparison(self.expression(left), operator, self.expression(right))
            case Junction(operator, items):
                return self.calls.junction(operator, [self.condition(item) for item in items])
        raise Refused("conditions made of < <= > >=, & and |, or True, with each comparison in parentheses")


def decimal(text: str) -> sp.Rational:
    """The decimal literal, exactly.

    >>> decimal("1.50e-3")
    3/2000
    """
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if len(digits) > MAX_DIGITS or len(exponent) > 8 or abs(int(exponent or 0)) + len(fraction) > MAX_DIGITS:
        raise Refused(f"numbers of at most {MAX_DIGITS} digits and exponents up to {MAX_DIGITS}")
    return sp.Rational(int(digits or 0)) * sp.Integer(10) ** (int(exponent or 0) - len(fraction))
