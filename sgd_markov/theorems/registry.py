"""The claims by name: every module of this folder that is named like a claim, `r01_...`, `a1_...` or `s61_...`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..errors import InvalidInput
from .claim import Claim

NAMED_LIKE_A_CLAIM = re.compile(r"[ars]\d+_\w+")


@cache
def all_claims() -> tuple[Claim, ...]:
    """Every claim, in the order of their ids."""
    package = import_module(__package__)
    names = (entry.name for entry in iter_modules(package.__path__) if NAMED_LIKE_A_CLAIM.fullmatch(entry.name))
    found: list[Claim] = [import_module(f".{name}", __package__).CLAIM for name in names]
    return tuple(sorted(found, key=lambda entry: entry.id))


def claim(name: str) -> Claim:
    """The claim with this id or slug; upper and lower case are the same.

    >>> claim("R02").slug, claim("local-maximum").id
    ('local-maximum', 'R02')
    """
    table = {key.lower(): entry for entry in all_claims() for key in (entry.id, entry.slug)}
    if not isinstance(name, str) or name.lower() not in table:
        close = get_close_matches(str(name).lower(), table, n=3, cutoff=0.6)
        known = [key for entry in all_claims() for key in (entry.id, entry.slug)]
        written = {key.lower(): key for key in known}
        raise InvalidInput("claim", name, " or ".join(f'"{written[key]}"' for key in close) or "one of " + ", ".join(known))
    return table[name.lower()]
