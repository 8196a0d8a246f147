"""What a claim is: a statement, the numbers it predicts, routes that find them, a control where it must fail.

Importing a claim costs nothing: sympy, numpy and flint are imported inside the functions of its routes and its proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..answer.answer import Answer
    from ..answer.enclosure import Enclosure
    from ..answer.number import Number
    from ..answer.warrant import Warrant
    from ..chain.chain import Chain
    from ..chain.diffusion import Diffusion
    from ..effort import Effort
    from ..proof import Step

QUICK = 8
"""`--quick` runs one chain in so many."""


@dataclass(frozen=True)
class Reading:
    """What a route found: an enclosure and how far to trust it."""

    enclosure: Enclosure
    warrant: Warrant

    @classmethod
    def of(cls, answer: Answer) -> Reading:
        """The value of an answer."""
        assert answer.enclosure is not None and answer.warrant is not None, answer.question
        return cls(answer.enclosure, answer.warrant)

    @classmethod
    def of_number(cls, number: Number, answer: Answer) -> Reading:
        """A number inside an answer, which shares the answer's warrant."""
        assert number.enclosure is not None and answer.warrant is not None, answer.question
        return cls(number.enclosure, answer.warrant)


@dataclass(frozen=True)
class Route:
    """One way to a number: `run(effort)`, or for a simulation `run(effort, chains)`.

    `name` is the column of the table: `question` asks this package as a user would, `independent` and `further` are
    proved by other means, `monte carlo` samples. How far each is to be trusted is the warrant of its reading.
    `bounds`: a proved interval that no number of digits narrows.
    """

    name: str
    run: Callable[..., Reading]
    chains: int | None = None
    bounds: bool = False

    def read(self, effort: Effort, quick: bool = False) -> Reading:
        if self.chains is None:
            return self.run(effort)
        return self.run(effort, max(1, self.chains // QUICK) if quick else self.chains)


@dataclass(frozen=True)
class Quantity:
    """A number that the claim predicts: `expected` is its decimal in `source`, right to one unit of the last place.

    All routes find the same number: their enclosures meet, pairwise and with the decimal.
    """

    what: str
    expected: str
    routes: tuple[Route, ...]
    source: str


@dataclass(frozen=True)
class Control:
    """Values at which the claim must come out false.

    `predicate(effort, **values)` is the claim as a yes or no. It is True with the values of `example`, or it would
    say nothing, and False with each of `values`. `what` says in words what is false there, and why.
    """

    what: str
    predicate: Callable[..., bool]
    example: Mapping[str, str]
    values: tuple[Mapping[str, str], ...]

    def holds_at_example(self, effort: Effort) -> bool:
        return self.predicate(effort, **self.example)

    def failed_as_it_must(self, effort: Effort) -> bool:
        return not any(self.predicate(effort, **values) for values in self.values)


@dataclass(frozen=True)
class Claim:
    """A theorem (or a heuristic) of the registry.

    `statement` is LaTeX with its own dollar signs, `hypotheses` likewise; `cite` are keys of references.bib.
    `problem` builds the chain of the example; `proof` gives the steps, each checked by a machine, cited or argued.
    """

    id: str
    slug: str
    title: str
    statement: str
    hypotheses: tuple[str, ...]
    cite: tuple[str, ...]
    example: str
    quantities: tuple[Quantity, ...]
    control: Control
    problem: Callable[[], Chain | Diffusion]
    proof: Callable[[], tuple[Step, ...]]
    kind: str = "theorem"
    """`theorem`, or `heuristic`: then no route is a proof, and the verdict is at most `supported`."""

    @property
    def is_theorem(self) -> bool:
        return self.kind == "theorem"

    def to_dict(self) -> dict[str, object]:
        """What `claims --json` prints."""
        return {
            "id": self.id,
            "slug": self.slug,
            "title": self.title,
            "statement": self.statement,
            "hypotheses": list(self.hypotheses),
            "cite": list(self.cite),
            "example": self.example,
            "kind": self.kind,
        }
