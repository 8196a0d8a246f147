"""What every optimizer takes besides its own rule, in the order of action that the interface fixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from ..chain.draw import Source
from ..errors import InvalidInput
from ..expressions import exact
from ..laws.uniform import Uniform


@dataclass(frozen=True)
class Options:
    """clip_per_sample, clip: to [-c, c] by coordinate; weight_decay; add: noise; project; round_to with rounding."""

    clip_per_sample: object = None
    clip: object = None
    weight_decay: object = None
    add: object = None
    project: Sequence[object] | None = None
    round_to: object = None
    rounding: str = "nearest"

    def __post_init__(self) -> None:
        for name in ("clip_per_sample", "clip", "weight_decay", "add", "round_to"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, exact(value, f"optimizer.{name}"))
        for name in ("clip_per_sample", "clip", "round_to"):
            value = getattr(self, name)
            if value is not None and value.is_positive is False:
                raise InvalidInput(f"optimizer.{name}", value, "a positive number")
        if self.project is not None:
            object.__setattr__(self, "project", self.interval())
        if self.rounding not in ("nearest", "stochastic"):
            raise InvalidInput("optimizer.rounding", self.rounding, '"nearest" or "stochastic"')

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        given = (self.clip_per_sample, self.clip, self.weight_decay, self.add, self.round_to, *(self.project or ()))
        return set().union(*(value.free_symbols for value in given if isinstance(value, sp.Expr)))

    def interval(self) -> tuple[sp.Expr, sp.Expr]:
        if not isinstance(self.project, Sequence) or isinstance(self.project, str) or len(self.project) != 2:
            raise InvalidInput("optimizer.project", self.project, "[low, high]")
        low, high = (exact(end, "optimizer.project") for end in self.project)
        if (high - low).is_negative:
            raise InvalidInput("optimizer.project", f"[{low}, {high}]", "low <= high")
        return low, high

    def per_sample(self, gradient: sp.Expr) -> sp.Expr:
        return gradient if self.clip_per_sample is None else clipped(gradient, self.clip_per_sample)

    def of_mean(self, mean: sp.Expr, parameter: sp.Symbol) -> sp.Expr:
        result = mean if self.clip is None else clipped(mean, self.clip)
        return result if self.weight_decay is None else result + self.weight_decay * parameter

    def after_step(self, moved: sp.Expr, coin: sp.Symbol) -> sp.Expr:
        """The moved parameter with noise, projection and rounding; `coin` is uniform on (0, 1)."""
        if self.add is not None:
            moved = moved + self.add
        if self.project is not None:
            low, high = self.project
            moved = sp.Min(sp.Max(moved, low), high)
        if self.round_to is not None:
            offset = sp.Rational(1, 2) if self.rounding == "nearest" else coin
            moved = self.round_to * sp.floor(moved / self.round_to + offset)
        return moved

    def coins(self, parameters: Sequence[sp.Symbol]) -> Mapping[sp.Symbol, Source]:
        """One independent uniform coin for each parameter, where rounding is stochastic."""
        if self.round_to is None or self.rounding == "nearest":
            return {}
        symbols = {parameter: sp.Dummy(f"u_{parameter}", real=True) for parameter in parameters}
        return {parameter: Source((coin,), Uniform(0, 1)) for parameter, coin in symbols.items()}


def clipped(value: sp.Expr, bound: object) -> sp.Expr:
    return sp.Max(-bound, sp.Min(value, bound))  # type: ignore[operator]
