"""The questions by name, and the fields that each takes."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..answer.answer import Answer

QUESTIONS = (
    "critical-points",
    "kernel",
    "lyapunov",
    "moment-exponent",
    "window",
    "law",
    "moments",
    "tail-index",
    "stationary",
    "exit-time",
    "survival",
    "quasi-stationary",
    "hitting",
    "limit",
    "compare",
    "simulate",
)
"""`some-name` is the verb `some_name` of the module `some_name.py` in this folder, imported when it is asked."""
COMMON = {"digits": "integer", "method": "text", "seed": "integer"}
"""Fields that every question takes; `seed` is read by sampled routes."""


def verb_of(question: str) -> Callable[..., Answer]:
    """The verb that answers the question.

    >>> verb_of("lyapunov").__name__
    'lyapunov'
    """
    return getattr(module_of(question), spelled(question))  # type: ignore[no-any-return]


def fields_of(question: str) -> dict[str, str]:
    """field -> kind, for every field of the question; see `fields.py` for the kinds."""
    kinds: Mapping[str, str] = module_of(question).FIELDS
    return {**kinds, **COMMON}


def further_keys(question: str) -> tuple[str, ...]:
    """The question's own keys of an answer, which a failed answer holds as null."""
    return getattr(module_of(question), "FURTHER", ())


def module_of(question: str) -> Any:
    return import_module(f".{spelled(question)}", __package__)


def spelled(question: str) -> str:
    return question.replace("-", "_")


def checked_question(name: object, field: str) -> str:
    """The name of a question that this version answers."""
    if isinstance(name, str) and name in QUESTIONS:
        return name
    close = get_close_matches(str(name).lower().replace("_", "-"), QUESTIONS, n=3)
    allowed = " or ".join(close) or "one of " + ", ".join(QUESTIONS)
    raise InvalidInput(field, "nothing" if name is None else name, allowed)


def check_field_names(question: str, given: Mapping[str, object], field: str) -> None:
    """Refuse a field that the question does not have."""
    known = fields_of(question)
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=2)
            fields = f"the fields of {question}: {', '.join(known)}"
            raise InvalidInput(
                f"{field}.{name}", name, f"{' or '.join(close)} ({fields})" if close else f"one of {fields}"
            )
