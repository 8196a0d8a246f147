"""The main job: is each claim borne out by independent routes, by its control, and by the steps of its proof?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .effort import Effort
from .errors import Inconclusive, InvalidInput, SGDMarkovError
from .theorems.claim import Claim, Quantity, Reading, Route
from .theorems.registry import all_claims, claim

if TYPE_CHECKING:
    from .answer.enclosure import Enclosure

DIGITS, QUICK_DIGITS = 20, 15
WARMED_QUESTIONS = ("questions.lyapunov", "questions.window", "questions.law", "questions.tail_index", "questions.moments")
VERDICTS = ("holds", "supported", "inconclusive", "fails")


@dataclass(frozen=True)
class RouteReport:
    """What one route found, and in how many seconds; `reading` is None where it ended without a number."""

    name: str
    reading: Reading | None
    seconds: float
    digits: int

    def to_dict(self) -> dict[str, Any]:
        if self.reading is None:
            return dict.fromkeys(("warrant", "value", "lower", "upper")) | {"name": self.name, "seconds": self.seconds}
        from .answer.decimals import bounds_text, value_text

        lower, upper = bounds_text(self.reading.enclosure, self.digits)
        return {
            "name": self.name,
            "warrant": self.reading.warrant.label,
            "value": value_text(self.reading.enclosure, self.digits),
            "lower": lower,
            "upper": upper,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Verdict:
    """What is known of one claim now: `holds`, `supported`, `fails` or `inconclusive`, with the reason in `message`."""

    id: str
    slug: str
    title: str
    verdict: str
    routes: tuple[RouteReport, ...]
    control: str
    failed_as_it_must: bool
    seconds: float
    message: str | None = None

    @property
    def failed(self) -> bool:
        return self.verdict == "fails"

    def to_dict(self) -> dict[str, Any]:
        """One entry of `verify --json`."""
        return {
            "id": self.id,
            "slug": self.slug,
            "title": self.title,
            "verdict": self.verdict,
            "routes": [route.to_dict() for route in self.routes],
            "control": {"what": self.control, "failed_as_it_must": self.failed_as_it_must},
            "message": self.message,
        }


def verify(
    name: str,
    *,
    quick: bool = False,
    seed: object = 0,
    executor: Executor | None = None,
    budget: float | None = 60,
    progress: Callable[[float], None] | None = None,
) -> Verdict:
    """Check one claim, named by id or slug.

    >>> verify("superstable-point", quick=True).verdict
    'holds'
    """
    return verify_claims([name], quick=quick, seed=seed, executor=executor, budget=budget, progress=progress)[0]


def verify_claims(
    claims: Iterable[str] | None = None,
    *,
    quick: bool = False,
    seed: object = 0,
    executor: Executor | None = None,
    budget: float | None = 60,
    progress: Callable[[float], None] | None = None,
) -> list[Verdict]:
    """Check the claims named (all without names), each within `budget` seconds; the executor changes nothing but time.

    Claims are spread over the processes of `executor`; not over threads, which would share one working precision.

    `quick`: the same routes with fewer chains and 15 digits. `seed`: an int or a numpy SeedSequence; every claim
    draws from its own streams of it. `progress(share)` is called after each claim.
    """
    chosen = all_claims() if claims is None else [claim(name) for name in checked(claims)]
    job = partial(check_by_id, quick=quick, seed=seed, budget=budget)
    ids = list(dict.fromkeys(entry.id for entry in chosen))
    verdicts: list[Verdict] = []
    for verdict in map(job, ids) if executor is None else executor.map(job, ids):
        verdicts.append(verdict)
        if progress is not None:
            progress(len(verdicts) / len(ids))
    return verdicts


def checked(claims: Iterable[str]) -> list[str]:
    if isinstance(claims, str):
        raise InvalidInput("claims", claims, f'a list of names, such as ["{claims}"]')
    return list(claims)


def check_by_id(name: str, *, quick: bool, seed: object, budget: float | None) -> Verdict:
    """`check` for a claim that is named: names travel to other processes, claims need not."""
    return check(claim(name), quick=quick, seed=seed, budget=budget)


def check(entry: Claim, *, quick: bool = False, seed: object = 0, budget: float | None = 60) -> Verdict:
    """Run every route, the control and the proof of one claim."""
    warm_up()
    started = time.perf_counter()
    effort = Effort.within(budget, digits=QUICK_DIGITS if quick else DIGITS, seed=seed_of(entry, seed))
    findings = Findings(entry, effort, quick)
    findings.run_routes()
    findings.run_control()
    findings.run_proof()
    return Verdict(
        entry.id,
        entry.slug,
        entry.title,
        findings.verdict,
        tuple(findings.reports),
        entry.control.what,
        findings.control_failed is True,
        round(time.perf_counter() - started, 6),
        "; ".join(findings.against + findings.open) or None,
    )


@cache
def warm_up() -> None:
    """Import what claims use, once a process, so that the seconds of the first claim are its own."""
    for name in ("numpy", "scipy.special"):
        import_module(name)
    for name in (*WARMED_QUESTIONS, "engines.monte_carlo.run", "theorems.chains", "theorems.sampling", "proof"):
        import_module(f"{__package__}.{name}")


def seed_of(entry: Claim, seed: object) -> object:
    """A seed of its own for each claim, so that claims do not share their luck."""
    import numpy as np

    own = [int.from_bytes(entry.id.encode(), "big")]
    if isinstance(seed, np.random.SeedSequence):
        return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *own))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InvalidInput("seed", seed, "an integer >= 0 or a numpy SeedSequence")
    return np.random.SeedSequence(seed, spawn_key=own)


class Findings:
    """What was found of one claim so far: reports, reasons against it, and reasons why it stays open."""

    def __init__(self, entry: Claim, effort: Effort, quick: bool) -> None:
        self.claim, self.effort, self.quick = entry, effort, quick
        self.reports: list[RouteReport] = []
        self.against: list[str] = []
        self.open: list[str] = []
        self.control_failed: bool | None = None
        self.proved = True

    @property
    def verdict(self) -> str:
        if self.against:
            return "fails"
        if self.open:
            return "inconclusive"
        return "holds" if self.claim.is_theorem and self.proved else "supported"

    def attempt(self, what: str, action: Callable[[], Any]) -> Any:
        """The result; None after noting why there is none."""
        try:
            self.effort.check()
            return action()
        except Inconclusive as error:
            self.open.append(f"{what}: {error.reason}")
        except (SGDMarkovError, AssertionError) as error:
            self.against.append(f"{what}: {error}")
        return None

    def run_routes(self) -> None:
        for quantity in self.claim.quantities:
            readings = {route: self.read(quantity, route) for route in quantity.routes}
            found = {route.name: reading for route, reading in readings.items() if reading is not None}
            self.against += disagreements(quantity, found)
            self.proved = self.proved and any(is_proof(reading) for reading in found.values())

    def read(self, quantity: Quantity, route: Route) -> Reading | None:
        label = route.name if len(self.claim.quantities) == 1 else f"{route.name}: {quantity.what}"
        started = time.perf_counter()
        reading: Reading | None = self.attempt(label, lambda: route.read(self.effort, self.quick))
        seconds = round(time.perf_counter() - started, 6)
        self.reports.append(RouteReport(label, reading, seconds, self.effort.digits))
        if reading is not None and is_proof(reading) and not route.bounds and not narrow(reading, self.effort.digits):
            self.open.append(f"{label}: the enclosure is wider than {self.effort.digits} digits")
        return reading

    def run_control(self) -> None:
        control = self.claim.control
        if self.attempt("example", lambda: control.holds_at_example(self.effort)) is False:
            self.against.append("the control's predicate is false at the example itself")
        self.control_failed = self.attempt("control", lambda: control.failed_as_it_must(self.effort))
        if self.control_failed is False:
            self.against.append(f"the control holds, though it must fail: {control.what}")

    def run_proof(self) -> None:
        from .proof import check_all

        self.attempt("proof", lambda: check_all(self.claim.proof()))


def is_proof(reading: Reading) -> bool:
    return reading.warrant.label in ("exact", "certified")


def narrow(reading: Reading, digits: int) -> bool:
    """Narrower than 10^-digits, relative to the value or, for small values, absolutely."""
    from fractions import Fraction

    return reading.enclosure.reaches(digits) or bool(reading.enclosure.width <= Fraction(10) ** -digits)


def disagreements(quantity: Quantity, found: dict[str, Reading]) -> list[str]:
    """Every pair of routes whose enclosures do not meet, and every route that misses the stated decimal."""
    stated = around(quantity.expected)
    missed = [
        f"{name} does not hold the stated {quantity.what} {quantity.expected}"
        for name, reading in found.items()
        if not reading.enclosure.meets(stated)
    ]
    apart = [
        f"{one} and {other} do not agree on the {quantity.what}"
        for (one, first), (other, second) in combinations(found.items(), 2)
        if not first.enclosure.meets(second.enclosure)
    ]
    return missed + apart


def around(decimal: str) -> Enclosure:
    """The decimal, give or take one unit of its last place; an integer is meant exactly.

    >>> around("0.25").width
    Fraction(1, 50)
    """
    from decimal import Decimal
    from fractions import Fraction

    from .answer.enclosure import Enclosure

    exponent = Decimal(decimal).as_tuple().exponent
    assert isinstance(exponent, int), decimal
    unit = Fraction(10) ** exponent if exponent < 0 else Fraction(0)
    return Enclosure(Fraction(decimal) - unit, Fraction(decimal) + unit)


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The document of `verify --json`."""
    return {"claims": [verdict.to_dict() for verdict in verdicts]}
