"""What the theorems of Kesten, Goldie, Grincevicius and Grey ask of M and B, proved or refused."""

from __future__ import annotations

import sympy as sp

from ...answer.enclosure import Enclosure
from ...balls.adaptive import proved_sign
from ...chain.mixture import Component, one_draw
from ...effort import Effort
from ...engines.affine import AffineChain
from ...engines.kesten_root import Root
from ...engines.log_potential import expected_log
from ...engines.power_mean import expected_power
from ...errors import HypothesisViolated, Inconclusive, InvalidInput


def require_numbers(components: tuple[Component, ...]) -> None:
    from ...engines.power_mean import symbols_of

    free = set().union(*(symbols_of(component) for component in components))
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}")


def require_no_fixed_point(affine: AffineChain) -> None:
    """Raise when some w satisfies M w + B = w almost surely: the stationary law is then a point mass.

    For batches it is enough to look at single samples, unless a batch is always the whole data set.
    """
    if affine.offset == 0:
        raise HypothesisViolated(
            "no point is fixed by almost every step", "B = 0: w = 0 is fixed, its point mass is invariant"
        )
    if affine.multiplier == 1:
        raise HypothesisViolated("E log|M| < 0", "M = 1")
    steps = one_sample_pairs(affine)
    places = [c.values[1] / (1 - c.values[0]) for c in steps if not is_one_everywhere(c.values[0])]
    fixed = sp.simplify(places[0]) if places else None
    if (
        fixed is not None
        and not any(fixed.has(*c.laws) for c in steps if c.laws)
        and all(keeps(c, fixed) for c in steps)
    ):
        raise HypothesisViolated("no point is fixed by almost every step", f"w = {fixed} is fixed")


def is_one_everywhere(multiplier: sp.Expr) -> bool:
    return bool(sp.expand(multiplier - 1) == 0) or (not multiplier.free_symbols and proved_sign(multiplier - 1) == 0)


def one_sample_pairs(affine: AffineChain) -> tuple[Component, ...]:
    """The law of (M, B) for a batch of one sample."""
    samples = dict(affine.means)
    return one_draw(
        (affine.multiplier.xreplace(samples), affine.offset.xreplace(samples)), (*affine.draw.data, *affine.draw.noise)
    )


def keeps(component: Component, place: sp.Expr) -> bool:
    """M w + B = w at the place."""
    multiplier, offset = component.values
    moved = sp.simplify(multiplier * place + offset - place)
    if moved.free_symbols or moved == 0:
        return bool(moved == 0)
    side = proved_sign(moved)
    if side is None:
        raise Inconclusive(f"whether almost every step fixes w = {place} is not decided")
    return side == 0


def require_negative_exponent(components: tuple[Component, ...], effort: Effort) -> None:
    require_negative(expected_log(components, effort.with_digits(min(effort.digits, 15))).enclosure)


def require_negative(exponent: Enclosure | None) -> None:
    """Raise unless E log|M| is proved negative."""
    sign = None if exponent is None else exponent.sign
    if exponent is None or sign is None:
        raise Inconclusive("the sign of E log|M| is not decided", exponent)
    if sign >= 0:
        raise HypothesisViolated("E log|M| < 0", f"E log|M| = {float(exponent.lower):.15g}")


def moment_limit(components: tuple[Component, ...], multiplier: sp.Expr) -> sp.Expr:
    """E|M|^s < oo for s below this."""
    limits = [
        sp.sympify(law.moment_limit) / sp.degree(component.values[0], symbol)
        for component in components
        for symbol, law in component.laws.items()
        if component.values[0].is_polynomial(symbol) and symbol in component.values[0].free_symbols
    ]
    return sp.Min(sp.oo, *limits)


def offset_limit(affine: AffineChain) -> sp.Expr:
    """E|B|^s < oo for s below this, from the laws of the variables of B."""
    limits = [sp.oo]
    expr = affine.offset.xreplace(dict(affine.means))
    for source in (*affine.draw.data, *affine.draw.noise):
        used = [s for s in source.symbols if s in expr.free_symbols]
        if not used or source.finite is not None:
            continue
        if not expr.is_polynomial(used[0]):
            raise Inconclusive(f"the tail of B = {expr} is not known: B is no polynomial in {used[0]}")
        limits.append(sp.sympify(source.law.moment_limit) / sp.degree(expr, used[0]))  # type: ignore[union-attr]
    return sp.Min(*limits)


def dominated(components: tuple[Component, ...], noise_limit: sp.Expr, limit: sp.Expr, effort: Effort) -> bool:
    """Is E|M|^a < 1 at the tail index a of B, so that B decides?"""
    if proved_sign(limit - noise_limit) != 1 and not limit.is_infinite:
        return False
    mean = expected_power(components, noise_limit, effort.with_digits(15))
    assert mean.enclosure is not None
    return mean.enclosure.upper < 1


def require_finite_moment(root: Root, noise_limit: sp.Expr) -> None:
    """E|B|^kappa < oo: where B has the very index kappa, t^kappa P(|w| > t) is unbounded."""
    top = sp.Rational(root.enclosure.upper)
    if noise_limit.is_finite and proved_sign(noise_limit - top) != 1:
        raise Inconclusive(
            f"B has moments below order {noise_limit} only, which is not told from kappa", root.enclosure
        )
