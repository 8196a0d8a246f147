"""The safe grammar of problem files: text -> sympy, and back (`answer.text.expression_text`).

No text is ever evaluated as Python. The path of a text, one file a step:

    syntax.py     text -> tokens -> a tree; knows the grammar and nothing of sympy
    build.py      tree -> sympy, node by node
    calls.py      one function or power of the grammar: is it defined, is it small, then its sympy value
    screen.py     is this sympy object still small, real and exact? asked of every result
    constants.py  balls for numbers without symbols: sizes and signs, before sympy is asked
    names.py      which names a user may declare
    values.py     numbers of TOML and of Python
"""

from .build import parse
from .names import check_name, symbol
from .values import DecimalText, exact, number

__all__ = ["DecimalText", "check_name", "exact", "number", "parse", "symbol"]
