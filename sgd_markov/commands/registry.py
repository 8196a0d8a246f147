"""`verify` and `claims`: the registry."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..alarm import alarm
from .arguments import seconds
from .output import print_json, progress_bar, require_writable, write

if TYPE_CHECKING:
    from ..verdict import Verdict


def verify(chosen: Namespace) -> int:
    """Check claims of the registry."""
    from ..executors import executor

    budget = seconds(chosen.budget)
    if chosen.json is not None and chosen.json != "-":
        require_writable(Path(chosen.json))
    with executor(chosen.executor) as pool, progress_bar("verifying") as progress:
        verdicts = verdicts_of(chosen, budget, pool, progress)
    if chosen.json is not None:
        write_verdicts(verdicts, chosen.json)
    if chosen.json != "-":
        from ..export.terminal import print_verdicts

        print_verdicts(verdicts)
    return verify_status({verdict.verdict for verdict in verdicts})


def verify_status(found: set[str]) -> int:
    """1 if a claim fails, else 4 if one is inconclusive, else 0."""
    return 1 if "fails" in found else 4 if "inconclusive" in found else 0


def verdicts_of(chosen: Namespace, budget: float, pool: Any, progress: Any) -> list[Verdict]:
    """Each claim within its budget: in this process by the alarm, elsewhere by its engines."""
    from ..theorems.registry import all_claims, claim
    from ..verdict import verify_claims

    ids = [claim(name).id for name in chosen.claims] or [entry.id for entry in all_claims()]
    ids = list(dict.fromkeys(ids))
    if pool is not None:
        return verify_claims(ids, quick=chosen.quick, seed=chosen.seed, executor=pool, budget=budget, progress=progress)
    verdicts: list[Verdict] = []
    for name in ids:
        with alarm(budget):
            verdicts += verify_claims([name], quick=chosen.quick, seed=chosen.seed, budget=budget)
        if progress is not None:
            progress(len(verdicts) / len(ids))
    return verdicts


def write_verdicts(verdicts: Sequence[Verdict], file: str) -> None:
    import json

    from ..verdict import summary

    if file == "-":
        print_json(summary(verdicts))
    else:
        write(Path(file), json.dumps(summary(verdicts), indent=2, allow_nan=False) + "\n")


def claims(chosen: Namespace) -> int:
    """List the registry, or one claim in full."""
    from ..theorems.registry import all_claims, claim

    listed = all_claims() if chosen.claim is None else (claim(chosen.claim),)
    if chosen.json:
        print_json({"claims": [entry.to_dict() for entry in listed]})
        return 0
    from ..export.terminal import print_claim, print_table

    if chosen.claim is None:
        print_table(("id", "slug", "title"), [(entry.id, entry.slug, entry.title) for entry in listed])
    else:
        print_claim(listed[0])
    return 0
