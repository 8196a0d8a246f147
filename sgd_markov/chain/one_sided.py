"""Derivatives at a point of expressions with kinks (Piecewise, Abs, Min, Max, sign, Heaviside)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import sympy as sp
from sympy.core.relational import Relational

from ..errors import HypothesisViolated, InvalidInput

KINKS = (sp.Piecewise, sp.Abs, sp.Min, sp.Max, sp.sign, sp.Heaviside, sp.floor)


def derivative_at(expr: sp.Expr, variable: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """d expr / d variable at the point, where both sides agree; raises `HypothesisViolated` at a kink.

    >>> w = sp.Symbol("w", real=True)
    >>> derivative_at(w * sp.Abs(w) + 3 * w, w, sp.Integer(0))
    3
    """
    if not touches_kink(expr, variable):
        return sp.diff(expr, variable).subs(variable, at)
    right, left = (side_slope(expr, variable, at, side) for side in (1, -1))
    if sp.simplify(right[0] - left[0]) != 0:
        raise HypothesisViolated(f"the map is continuous at {variable} = {at}", f"limits {left[0]} and {right[0]}")
    if sp.simplify(right[1] - left[1]) != 0:
        raise HypothesisViolated(f"the map is differentiable at {variable} = {at}", f"slopes {left[1]} and {right[1]}")
    return right[1]


def pieces_beside(expr: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> list[sp.Expr]:
    """The expression with every kink that the point stands on replaced by either of its pieces; itself where there is none.

    >>> v, w = sp.symbols("v w", real=True)
    >>> pieces_beside(sp.Abs(v * w) + w, {v: sp.Integer(0), w: sp.Integer(0)})
    [v*w + w, -v*w + w]
    """
    nodes = [node for node in sorted(expr.atoms(*KINKS), key=sp.default_sort_key) if is_met(node, at)]
    if not nodes:
        return [expr]
    edge = edge_of(nodes[0])
    same = {node: sign for node in nodes for sign in (1, -1) if sp.expand(edge_of(node) - sign * edge) == 0}
    sides = [expr.xreplace({node: side_of_kink(node, sign * side) for node, sign in same.items()}) for side in (1, -1)]
    return [piece for side in sides for piece in pieces_beside(side, at)]


def is_met(node: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Does the point stand on the kink for every draw of the data? Only kinks without kinks inside are judged."""
    inner = any(other != node for other in node.atoms(*KINKS))
    if inner or isinstance(node, sp.Piecewise | sp.floor) or len(node.args) > 2:
        return False
    edge = edge_of(node)
    return bool(set(at) & edge.free_symbols) and bool(sp.expand(edge.subs(at)) == 0)


def edge_of(node: sp.Expr) -> sp.Expr:
    """What is 0 on the kink of Abs, sign, Heaviside, or Min and Max of two."""
    return node.args[0] - node.args[1] if isinstance(node, sp.Min | sp.Max) else node.args[0]


def side_of_kink(node: sp.Expr, sign: int) -> sp.Expr:
    """The piece that holds where the edge has the sign 1 or -1."""
    if isinstance(node, sp.Min | sp.Max):
        return node.args[0 if (sign == 1) == isinstance(node, sp.Max) else 1]
    if isinstance(node, sp.Abs):
        return sign * node.args[0]
    return sp.Integer(sign) if isinstance(node, sp.sign) else sp.Rational(1 + sign, 2)


def touches_kink(expr: sp.Expr, variable: sp.Symbol) -> bool:
    return any(variable in node.free_symbols for node in expr.atoms(*KINKS))


def edges(expr: sp.Expr, variable: sp.Symbol) -> list[sp.Expr]:
    """Expressions that are 0 where the variable stands on a kink."""
    found: list[sp.Expr] = []
    for node in expr.atoms(*KINKS):
        if variable not in node.free_symbols:
            continue
        if isinstance(node, sp.Piecewise):
            relations = set().union(*(condition.atoms(Relational) for _, condition in node.args))
            found += [relation.lhs - relation.rhs for relation in relations]
        elif isinstance(node, sp.Min | sp.Max):
            found += [first - second for first, second in combinations(node.args, 2)]
        else:
            found.append(node.args[0])
    return [edge for edge in found if variable in edge.free_symbols]


def side_slope(expr: sp.Expr, variable: sp.Symbol, at: sp.Expr, side: int) -> tuple[sp.Expr, sp.Expr]:
    """The limit of value and slope at the point from one side: the smooth piece that holds there."""
    smooth = on_side(expr, variable, at, side)
    return smooth.subs(variable, at), sp.diff(smooth, variable).subs(variable, at)


def on_side(expr: sp.Expr, variable: sp.Symbol, at: sp.Expr, side: int) -> sp.Expr:
    """The expression with every kink in `variable` replaced by the piece that holds just beside the point."""
    if not expr.args or not touches_kink(expr, variable):
        return expr
    if isinstance(expr, sp.Piecewise):
        return piece(expr, variable, at, side)
    arguments = [on_side(argument, variable, at, side) for argument in expr.args]
    if isinstance(expr, sp.Abs):
        return arguments[0] * sign_beside(arguments[0], variable, at, side)
    if isinstance(expr, sp.sign):
        return sign_beside(arguments[0], variable, at, side)
    if isinstance(expr, sp.Heaviside):
        return (1 + sign_beside(arguments[0], variable, at, side)) / 2
    if isinstance(expr, sp.Min | sp.Max):
        return extreme(type(expr), arguments, variable, at, side)
    if isinstance(expr, sp.floor):
        raise InvalidInput("model", expr, "a map without floor at the point in question")
    return expr.func(*arguments)


def sign_beside(expr: sp.Expr, variable: sp.Symbol, at: sp.Expr, side: int) -> sp.Expr:
    """The sign of a smooth expression just beside the point: of its first derivative that is not 0 there."""
    for order in range(5):
        value = sp.simplify(sp.diff(expr, variable, order).subs(variable, at)) if order else expr.subs(variable, at)
        if value != 0:
            return sp.sign(value * side**order)
    return sp.Integer(0)


def extreme(kind: type, arguments: list[sp.Expr], variable: sp.Symbol, at: sp.Expr, side: int) -> sp.Expr:
    """The argument of Min or Max that wins just beside the point; a mixture of conditions on the data stays."""
    winner = arguments[0]
    for other in arguments[1:]:
        lead = sign_beside(other - winner, variable, at, side)
        lead = lead if kind is sp.Max else -lead
        if lead in (1, -1, 0):
            winner = other if lead == 1 else winner
        else:
            winner = sp.Piecewise((other, lead > 0), (winner, True))
    return winner


def piece(expr: sp.Piecewise, variable: sp.Symbol, at: sp.Expr, side: int) -> sp.Expr:
    pairs = []
    for value, condition in expr.args:
        holds = condition_beside(condition, variable, at, side)
        if holds is sp.false:
            continue
        pairs.append((on_side(value, variable, at, side), holds))
        if holds is sp.true:
            break
    if not pairs:
        raise HypothesisViolated(f"the map is defined beside {variable} = {at}", str(expr))
    return pairs[0][0] if pairs[0][1] is sp.true else sp.Piecewise(*pairs)


def condition_beside(condition: sp.Basic, variable: sp.Symbol, at: sp.Expr, side: int) -> sp.Basic:
    """The condition just beside the point: true, false, or a condition on the data."""
    if condition in (sp.true, sp.false) or variable not in condition.free_symbols:
        return condition
    if isinstance(condition, sp.And | sp.Or | sp.Not):
        return condition.func(*(condition_beside(part, variable, at, side) for part in condition.args))
    assert isinstance(condition, Relational)
    lead = sign_beside(condition.lhs - condition.rhs, variable, at, side)
    if lead == 0:
        return sp.true if condition.rel_op in ("<=", ">=", "==") else sp.false
    if lead in (1, -1):
        return sp.true if (lead == 1) == (condition.rel_op in (">", ">=")) else sp.false
    return condition.func(lead, 0)
