"""One step of a chain as a mixture of m(w) + s(w) Z, Z of a law with an analytic density, stopped at barriers."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ...chain.batch import updates_per_epoch
from ...chain.chain import Chain
from ...chain.mixture import Component, mixture
from .known import Noise, standard, total


@dataclass(frozen=True)
class Branch:
    """With `probability` the step leads to centre(w) + scale(w) Z, Z of the standard `law`; scale may be negative."""

    probability: sp.Expr
    centre: sp.Expr
    scale: sp.Expr
    law: Noise


@dataclass(frozen=True)
class SmoothStep:
    """w' is that of a branch, replaced by `low` if it is below and by `high` if it is above (None: no barrier)."""

    state: sp.Symbol
    branches: tuple[Branch, ...]
    low: sp.Expr | None = None
    high: sp.Expr | None = None


def smooth_step(chain: Chain) -> SmoothStep | None:
    """The step of a one-dimensional chain without free symbols; None where it has another form."""
    if chain.dimension != 1 or chain.parameters or updates_per_epoch(chain.draw) > 1:
        return None
    if all(source.finite is not None for source in (*chain.draw.data, *chain.draw.noise)):
        return None
    inner, low, high = without_barriers(chain.update[0])
    branches = [branch_of(component) for component in mixture((inner,), chain.averaged, chain.draw)]
    known = tuple(branch for branch in branches if branch is not None)
    return SmoothStep(chain.state[0], known, low, high) if len(known) == len(branches) else None


def without_barriers(update: sp.Expr) -> tuple[sp.Expr, sp.Expr | None, sp.Expr | None]:
    """The update inside of Max(low, .) and Min(high, .) with numbers low < high."""
    bounds: dict[type, sp.Expr] = {}
    while isinstance(update, sp.Max | sp.Min) and len(update.args) == 2 and update.func not in bounds:
        end, inner = sorted(update.args, key=lambda part: not part.is_number)
        if not end.is_number:
            break
        bounds[update.func] = end
        update = inner
    low, high = bounds.get(sp.Max), bounds.get(sp.Min)
    if low is not None and high is not None and not (high - low).is_positive:
        return update, None, None
    return update, low, high


def branch_of(component: Component) -> Branch | None:
    """centre + scale Z from an expression that is affine in one variable, or in several whose sum has a known density."""
    value, laws = component.values[0], component.laws
    slopes = {symbol: sp.diff(value, symbol) for symbol in laws}
    if not slopes or any(slope.free_symbols & set(laws) for slope in slopes.values()):
        return None
    forms = [(slopes[symbol], standard(law)) for symbol, law in laws.items()]
    known = [(slope, *form) for slope, form in forms if form is not None]
    noise = total([(slope * factor, law) for slope, _, (factor, law) in known]) if len(known) == len(forms) else None
    if noise is None:
        return None
    centre = value.subs(dict.fromkeys(laws, 0)) + sum(slope * shift for slope, shift, _ in known)
    return Branch(component.probability, sp.expand(centre), *noise)
