"""The answer to one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .decimals import bounds_text, value_text
from .enclosure import Enclosure
from .number import Number
from .warrant import Warrant

if TYPE_CHECKING:
    import sympy as sp

STATUSES = {"answered": 0, "violated": 3, "inconclusive": 4}


@dataclass(frozen=True)
class Hypothesis:
    """A condition that the answer rests on, and its state: `proved`, `assumed`, `undecided`, or `violated`."""

    statement: str
    state: str = "proved"

    def to_dict(self) -> dict[str, str]:
        return {"statement": self.statement, "state": self.state}


@dataclass(frozen=True)
class Answer:
    """A value with its enclosure, closed form, warrant and method.

    `extra` holds the question's own fields (interface, section 3): numbers as `Number`, lists and tables of them.
    """

    question: str
    status: str = "answered"
    exact: sp.Expr | None = None
    enclosure: Enclosure | None = None
    warrant: Warrant | None = None
    method: str | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    cite: tuple[str, ...] = ()
    digits: int = 15
    seconds: float | None = None
    message: str | None = None
    formula: str | None = None
    """LaTeX of the whole answer where it is more than `exact` (a case distinction, a kernel)."""
    integer: bool = False
    """Print the value as an integer (a number of steps)."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> str | None:
        if self.enclosure is None:
            return None
        if self.integer and self.enclosure.is_point:
            return str(self.enclosure.lower)
        return value_text(self.enclosure, self.digits)

    @property
    def lower(self) -> Fraction | float | None:
        return None if self.enclosure is None else self.enclosure.lower

    @property
    def upper(self) -> Fraction | float | None:
        return None if self.enclosure is None else self.enclosure.upper

    @property
    def exit_status(self) -> int:
        return STATUSES[self.status]

    def __getattr__(self, name: str) -> Any:
        extra = self.__dict__.get("extra", {})
        if name in extra:
            return extra[name]
        raise AttributeError(f"an answer to {self.__dict__.get('question')!r} has no field {name!r}")

    def latex(self) -> str:
        """The closed form, or the enclosure, as compilable LaTeX."""
        from .text import expression_latex

        if self.formula is not None:
            return self.formula
        if self.exact is not None:
            return expression_latex(self.exact)
        if self.enclosure is None:
            return r"\text{undecided}"
        lower, upper = (decimal_latex(text) for text in bounds_text(self.enclosure, self.digits))
        return rf"\left[{lower},\ {upper}\right]"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def timed(self, seconds: float) -> Answer:
        return replace(self, seconds=seconds)

    def to_dict(self) -> dict[str, Any]:
        """The answer as `--json` prints it."""
        from .text import expression_text

        lower, upper = (None, None) if self.enclosure is None else bounds_text(self.enclosure, self.digits)
        return {
            "question": self.question,
            "status": self.status,
            "value": self.value,
            "exact": None if self.exact is None else expression_text(self.exact),
            "latex": None if self.status == "violated" else self.latex(),
            "lower": lower,
            "upper": upper,
            "warrant": None if self.warrant is None else self.warrant.label,
            "method": self.method,
            "hypotheses": [h.to_dict() for h in self.hypotheses],
            "cite": list(self.cite),
            "seconds": self.seconds,
            "message": self.message,
            **{key: plain(entry) for key, entry in self.extra.items()},
        }


def plain(entry: Any) -> Any:
    """The entry of an answer as JSON holds it."""
    import sympy as sp

    from .text import expression_text

    if isinstance(entry, Number):
        return entry.to_dict()
    if isinstance(entry, Mapping):
        return {str(key): plain(value) for key, value in entry.items()}
    if isinstance(entry, list | tuple):
        return [plain(item) for item in entry]
    if isinstance(entry, sp.Basic):
        return expression_text(entry)
    return entry


def decimal_latex(text: str) -> str:
    r"""A decimal as LaTeX: 1.5e-9 becomes 1.5\cdot 10^{-9}."""
    if text in ("oo", "-oo"):
        return text.replace("oo", r"\infty")
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa}\cdot 10^{{{exponent}}}" if exponent else mantissa
