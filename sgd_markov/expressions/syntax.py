"""Text to a tree: the grammar of problem files, by operator precedence as in Python.

A parser of our own and not Python's `ast`: that one fails on sums of 1,500 terms (its recursion), reads 0.1 as a
float, and folds look-alike letters (NFKC). Sums and products are kept flat, so their length costs no stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .limits import MAX_DEPTH, MAX_TEXT, Refused


@dataclass
class Literal:
    text: str


@dataclass
class Name:
    text: str


@dataclass
class Sum:
    terms: list[tuple[bool, Node]]
    """(is subtracted, term)"""


@dataclass
class Product:
    factors: list[tuple[bool, Node]]
    """(is divided by, factor)"""


@dataclass
class Power:
    base: Node
    exponent: Node


@dataclass
class Call:
    name: str
    arguments: list[Node]


@dataclass
class Group:
    """A tuple, (value, condition), that only Piecewise takes."""

    items: list[Node]


@dataclass
class Comparison:
    left: Node
    operator: str
    right: Node


@dataclass
class Junction:
    operator: str
    items: list[Node]


Node = Literal | Name | Sum | Product | Power | Call | Group | Comparison | Junction

TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|:=|//|.)",
    re.DOTALL,
)

BINDING = {"<": 1, "<=": 1, ">": 1, ">=": 1, "|": 2, "&": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 7}
TERM_BINDING, SIGN_BINDING = 4, 6

CURES = {
    "^": "** for powers (^ is not one)",
    "//": "floor(a/b) in place of a//b",
    "%": "a - b*floor(a/b) in place of a % b",
    "@": "* for products (@ is not one)",
    "==": "only the comparisons < <= > >=, inside Piecewise",
    "!=": "only the comparisons < <= > >=, inside Piecewise",
    "=": "an expression without = (no keyword arguments)",
    ":=": "an expression without := (no assignment)",
    "~": "the opposite comparison in place of ~",
    "!": "gamma(n + 1) for the factorial n!",
    ".": "names without attributes and numbers with one decimal point",
    "[": "parentheses ( ) only, no [ ]",
    "]": "parentheses ( ) only, no [ ]",
    "{": "parentheses ( ) only, no { }",
    "}": "parentheses ( ) only, no { }",
    '"': "names and numbers without quotes",
    "'": "names and numbers without quotes",
    "and": "& with parentheses in place of 'and': (x < 1) & (y < 2)",
    "or": "| with parentheses in place of 'or': (x < 1) | (y < 2)",
    "not": "the opposite comparison in place of 'not'",
    "if": "Piecewise((value, condition), (other, True)) in place of if ... else",
    "else": "Piecewise((value, condition), (other, True)) in place of if ... else",
    "lambda": 'another name than the Python keyword: rename "lambda" to "lr"',
}
CHAINED = "(0 < x) & (x < 1) in place of 0 < x < 1: comparisons joined by & or | stand in parentheses"


def tree(text: str) -> Node:
    """The tree of an expression.

    >>> tree("2*x")
    Product(factors=[(False, Literal(text='2')), (False, Name(text='x'))])
    """
    if len(text) > MAX_TEXT:
        raise Refused(f"at most {MAX_TEXT} characters (it has {len(text)})")
    if not text.isascii():
        strange = next(character for character in text if not character.isascii())
        raise Refused(f"ASCII letters, digits and operators only (found {strange!a})")
    return _Parser(tokens(text)).whole()


def tokens(text: str) -> list[tuple[str, str]]:
    """The (kind, text) pairs of the expression, without blanks."""
    found = ((match.lastgroup or "", match.group()) for match in TOKEN.finditer(text))
    return [token for token in found if token[0] != "space"]


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = [*tokens, ("end", "")]
        self.position = 0
        self.depth = 0

    def whole(self) -> Node:
        if self.peek() == ("end", ""):
            raise Refused("an expression (it is empty)")
        node = self.expression(0)
        if self.peek()[0] != "end":
            raise self.unexpected()
        return node

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position]

    def take(self) -> tuple[str, str]:
        self.position += 1
        return self.tokens[self.position - 1]

    def at(self, operator: str) -> bool:
        return self.peek() == ("operator", operator)

    def expression(self, weakest: int) -> Node:
        """The longest expression from here whose operators bind tighter than `weakest`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused(f"at most {MAX_DEPTH} levels of nesting")
        # -a*b is -(a*b), as sympy prints it, but 2/-a*b is (2/(-a))*b
        node = self.signed(TERM_BINDING if weakest <= TERM_BINDING else SIGN_BINDING)
        while (operator := self.infix()) is not None and BINDING[operator] > weakest:
            self.take()
            # ** groups to the right, everything else to the left
            node = joined(node, operator, self.expression(BINDING[operator] - (operator == "**")))
        self.depth -= 1
        return node

    def infix(self) -> str | None:
        kind, text = self.peek()
        return text if kind == "operator" and text in BINDING else None

    def signed(self, binding: int) -> Node:
        if self.at("+") or self.at("-"):
            _, sign = self.take()
            return Sum([(sign == "-", self.expression(binding))])
        return self.atom()

    def atom(self) -> Node:
        kind, text = self.peek()
        if kind == "number":
            self.take()
            return Literal(text)
        if kind == "name" and text not in CURES:
            self.take()
            return Call(text, self.arguments()) if self.at("(") else Name(text)
        if self.at("("):
            items = self.arguments()
            return items[0] if len(items) == 1 else Group(items)
        raise self.unexpected("a number, a name or '('")

    def arguments(self) -> list[Node]:
        """A parenthesis with expressions separated by commas."""
        self.take()
        items: list[Node] = []
        while not self.at(")"):
            items.append(self.expression(0))
            if self.at(","):
                self.take()
                if self.at(")"):
                    raise Refused("no comma before ')'")
            elif not self.at(")"):
                raise self.unexpected("',' or ')'")
        self.take()
        return items

    def unexpected(self, wanted: str = "an operator") -> Refused:
        kind, text = self.peek()
        if text in CURES:
            return Refused(CURES[text])
        if kind == "end":
            return Refused(f"{wanted} at the end (the expression is cut off)")
        before = self.tokens[self.position - 1][1] if self.position else ""
        place = f"after '{before[:20]}'" if before else "at the beginning"
        found = f"'{text[:20]}'" if text.isprintable() else ascii(text)
        return Refused(f"{wanted} {place} (found {found})")


def joined(left: Node, operator: str, right: Node) -> Node:
    """left operator right, flat where the operator repeats."""
    if operator == "**":
        return Power(left, right)
    if operator in "+-":
        whole = left if isinstance(left, Sum) else Sum([(False, left)])
        whole.terms.append((operator == "-", right))
        return whole
    if operator in "*/":
        product = left if isinstance(left, Product) else Product([(False, left)])
        product.factors.append((operator == "/", right))
        return product
    if operator in "&|":
        junction = left if isinstance(left, Junction) and left.operator == operator else Junction(operator, [left])
        junction.items.append(right)
        return junction
    if isinstance(left, Comparison):
        raise Refused(CHAINED)
    return Comparison(left, operator, right)
