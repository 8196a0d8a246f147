"""Which names a user may declare, and what to use instead of the others."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection

import sympy as sp

from ..errors import InvalidInput
from .build import CONSTANTS, FUNCTION_NAMES

RESERVED = frozenset({*CONSTANTS, *FUNCTION_NAMES, *keyword.kwlist, "n", "I", "nan", "inf", "zoo"})
"""Names with a meaning of their own; `n` is the number of steps in closed forms."""
ASSUMPTIONS = ("real", "positive", "negative", "nonnegative", "integer")
MAX_NAME = 60


def check_name(name: str, field: str, taken: Collection[str] = ()) -> None:
    """Refuse a name that cannot be declared, with a proposal.

    >>> check_name("w", "model.parameters")
    >>> check_name("lambda", "symbols")
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: symbols: "lambda" is not allowed; use another name: it is taken; \
rename "lambda" to "lr"
    """
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise InvalidInput(field, name, f"a name of at most {MAX_NAME} characters")
    if is_word(name) and name not in RESERVED and name not in taken:
        return
    reason = "it is taken" if is_word(name) else "it has other characters than ASCII letters, digits and _"
    if is_word(name[1:]) and name[0].isdigit():
        reason = "it starts with a digit"
    shown = name.encode("unicode_escape").decode()
    cure = f'another name: {reason}; rename "{shown}" to "{proposal(name, taken)}"'
    raise InvalidInput(field, shown, cure)


def is_word(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name) is not None


def proposal(name: str, taken: Collection[str] = ()) -> str:
    """A free name close to the one that was refused.

    >>> proposal("E"), proposal("2x"), proposal("learning rate"), proposal("\N{GREEK SMALL LETTER ALPHA}")
    ('E_', 'x2', 'learning_rate', 'alpha')
    """
    word = "".join(spelled(character) for character in name)
    leading = re.match(r"[0-9]*", word)
    digits = leading.group() if leading else ""
    word = (word[len(digits) :] + digits) if word[len(digits) :] else f"x{digits}"
    word = "lr" if word == "lambda" else word
    while word in RESERVED or word in taken:
        word += "_"
    return word


def spelled(character: str) -> str:
    """The character as a name may hold it: Greek letters by their names."""
    if is_word("_" + character):
        return character
    greek = re.fullmatch(r"GREEK \w+ LETTER (\w+)", unicodedata.name(character, ""))
    return greek.group(1).lower().replace("lamda", "lambda") if greek else "_"


def symbol(name: str, assumption: str = "real") -> sp.Symbol:
    """A real symbol, possibly with a stronger assumption.

    >>> symbol("lr", "positive").is_positive
    True
    """
    if assumption not in ASSUMPTIONS:
        raise InvalidInput(f"symbols.{name}", assumption, "one of " + ", ".join(ASSUMPTIONS))
    return sp.Symbol(name, **{assumption: True})
