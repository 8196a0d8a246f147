"""Expressions as text (which the grammar reads back) and as LaTeX."""

from __future__ import annotations

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter


class _GrammarPrinter(StrPrinter):  # type: ignore[misc]
    """sympy's own text, with the few spellings that the grammar of problem files lacks."""

    def _print_BooleanTrue(self, expr: sp.Basic) -> str:
        return "True"

    def _print_Equality(self, expr: sp.Basic) -> str:
        """The grammar has no equality: two inequalities say it."""
        left, right = self._print(expr.lhs), self._print(expr.rhs)
        return f"({left} <= {right}) & ({left} >= {right})"

    def _print_And(self, expr: sp.Basic) -> str:
        return " & ".join(f"({self._print(argument)})" for argument in sorted(expr.args, key=str))

    def _print_Or(self, expr: sp.Basic) -> str:
        return " | ".join(f"({self._print(argument)})" for argument in sorted(expr.args, key=str))


def expression_text(expr: sp.Basic) -> str:
    """The expression in the grammar of problem files.

    >>> x = sp.Symbol("x", real=True)
    >>> expression_text(sp.log(sp.Abs(1 - x)) / 2)
    'log(Abs(x - 1))/2'
    """
    return str(_GrammarPrinter({"order": None}).doprint(expr))


class _LatexPrinter(LatexPrinter):  # type: ignore[misc]
    """sympy's own LaTeX, but a sum begins with a term that has no minus sign, if there is one, and a symbol
    of several letters is one word: lr is not l times r."""

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        printed = str(super()._print_Symbol(expr, style=style))
        name, mark, index = printed.partition("_")
        return rf"\mathrm{{{name}}}{mark}{index}" if len(name) > 1 and name.isalpha() else printed

    def _as_ordered_terms(self, expr: sp.Expr, order: str | None = None) -> list[sp.Expr]:
        terms = list(super()._as_ordered_terms(expr, order=order))
        signless = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        return [signless, *(term for term in terms if term is not signless)]


def expression_latex(expr: sp.Basic) -> str:
    r"""The expression as LaTeX.

    >>> x = sp.Symbol("x", real=True)
    >>> expression_latex(1 - 2 * x), expression_latex(sp.log(sp.Symbol("q")) / 2)
    ('1 - 2 x', '\\frac{\\log{\\left(q \\right)}}{2}')
    """
    return str(_LatexPrinter({}).doprint(expr))
