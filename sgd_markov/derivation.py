"""A result told step by step: every step is checked, and the text is written from the steps themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .proof import KINDS, Cited, Step, check_all
from .references import reference_text

if TYPE_CHECKING:
    from .chain.chain import Chain


@dataclass(frozen=True)
class Section:
    """A heading, a few sentences (markdown with $...$), and the steps below them."""

    heading: str
    text: str
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class Derivation:
    """A title, an introduction, and sections of steps (`Section`, or bare steps in one section).

    >>> import sympy as sp
    >>> from sgd_markov.proof import Identity
    >>> x = sp.Symbol("x", real=True)
    >>> told = Derivation("Squares", "Why squares.", (Identity("Expand.", (x + 1) ** 2, x**2 + 2 * x + 1),))
    >>> told.check()
    >>> print(told.markdown().splitlines()[6])
    **1.** Expand. *(algebra, checked symbolically)*
    """

    title: str
    introduction: str
    parts: Sequence[Section | Step] = field(default=())

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(part if isinstance(part, Section) else Section("", "", (part,)) for part in self.parts)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for section in self.sections for step in section.steps)

    def check(self) -> None:
        """Check every step; raises `StepFailed` at the first that does not hold."""
        check_all(self.steps)

    def markdown(self) -> str:
        """The whole text; the same steps always give the same text."""
        blocks = [f"# {self.title}", self.introduction.strip(), self.tally()]
        number = 0
        for section in self.sections:
            blocks += [f"## {section.heading}"] * bool(section.heading) + [section.text.strip()] * bool(section.text)
            for step in section.steps:
                number += 1
                blocks += [f"**{number}.** {step.why} *({kind_text(step)})*", f"$$\n{step.latex}\n$$"]
        if keys := self.keys():
            blocks += ["## References", "\n".join(f"- [{key}] {reference_text(key)}" for key in keys)]
        return "\n\n".join(blocks) + "\n"

    def keys(self) -> list[str]:
        """What the steps cite, and what the text names as [author1234], in alphabetical order."""
        texts = [self.introduction, *(section.text for section in self.sections)]
        named = {key for text in texts for key in re.findall(r"\[([a-z]+\d{4})\]", text)}
        return sorted(named | {step.key for step in self.steps if isinstance(step, Cited)})

    def tally(self) -> str:
        """One line: how many steps were checked, and how."""
        kinds = [step.kind for step in self.steps]
        counted = [f"{kinds.count(kind)} {words}" for kind, words in TALLY.items() if kind in kinds]
        return f"Of the {len(kinds)} steps below: {', '.join(counted)}."


TALLY = {
    "algebra": "algebra checked symbolically",
    "certified": "certified by exact signs or ball arithmetic",
    "cited": "cited",
    "argued": "argued in words",
    "definition": "definitions",
}


def kind_text(step: Step) -> str:
    """How the step was checked, with its source if it is cited."""
    return f"{KINDS[step.kind]}: [{step.key}]" if isinstance(step, Cited) else KINDS[step.kind]


def invariance(chain: Chain, **place: Any) -> tuple[Step, ...]:
    """The steps that show that the stationary law of the chain is one, as `stationary` checks them.

    `place`: `start` or `within`, where there are several.

    >>> import sympy as sp
    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.normal import Normal
    >>> w, z = sp.symbols("w z", real=True)
    >>> [step.kind for step in invariance(RandomMap({w: w / 2 + z}, noise={z: Normal(0, 1)}))]
    ['definition', 'algebra', 'cited']
    """
    from .effort import Effort
    from .invariant.catalogue import stationary_law
    from .invariant.stationary_law import Place

    return stationary_law(chain, Place(**place), Effort()).proof
