"""The sections of a problem file as a `Model`, which builds the chain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.draw import Importance
from ..chain.random_map import RandomMap
from ..errors import InvalidInput
from ..laws.registry import law_from_table
from ..optimizers.registry import memory_names, optimizer, option_names, own_numbers, own_texts
from .scope import Scope, declared, resolved
from .tables import MODEL, SAMPLING, SECTIONS, checked, likely

Drawn = dict[Any, Any]
"""symbol or tuple of symbols -> law"""

EXPRESSION_OPTIONS = ("clip_per_sample", "clip", "weight_decay", "add", "round_to")


@dataclass(frozen=True)
class Model:
    """The checked sections of a problem file; `chain` has the numbers of [values] in place of their symbols.

    `state`, `data`, `noise`: the names in each role. `parameters`: the symbols of [symbols] and [values].
    `domain`: what [symbols] says of state symbols. `scope`: all names, with the numbers put in.
    """

    sections: Mapping[str, Any]
    folder: Path
    state: tuple[str, ...]
    data: tuple[str, ...]
    noise: tuple[str, ...]
    parameters: Mapping[str, sp.Symbol]
    domain: Mapping[str, str]
    scope: Scope

    @property
    def title(self) -> str | None:
        return self.sections.get("title")

    @cached_property
    def chain(self) -> Chain | Diffusion:
        return self.build(self.scope)

    def leaving_free(self, names: Collection[str]) -> tuple[Chain | Diffusion, Scope]:
        """The chain and the scope with the values of these parameters withheld (the `parameter` of a window)."""
        if not any(name in self.scope.values for name in names):
            return self.chain, self.scope
        scope = self.scope.without_value(names, self.parameters)
        return self.build(scope), scope

    def build(self, scope: Scope) -> Chain | Diffusion:
        if "drift" in self.sections["model"]:
            return self.diffusion(scope)
        return self.random_map(scope) if "map" in self.sections["model"] else self.trained(scope)

    def diffusion(self, scope: Scope) -> Diffusion:
        names, table = scope.of((*self.state, *self.parameters)), self.sections["model"]
        drift, variance = (names.expression(table[key], f"model.{key}") for key in ("drift", "variance"))
        return Diffusion(drift, variance, [self.symbol(name) for name in self.state], self.domain_of_symbols)

    def random_map(self, scope: Scope) -> Chain:
        names = scope.of((*self.state, *self.data, *self.noise, *self.parameters))
        table = self.sections["model"]["map"]
        return RandomMap(
            {self.symbol(name): names.expression(table[name], f"model.map.{name}") for name in self.state},
            noise=self.drawn("noise", scope),
            data=self.drawn("data", scope),
            domain=self.domain_of_symbols,
        )

    def trained(self, scope: Scope) -> Chain:
        """The chain of the optimizer on the loss."""
        table = dict(self.sections["optimizer"])
        sample, step = scope.of((*self.state, *self.data, *self.parameters)), scope.of((*self.noise, *self.parameters))
        name = table.pop("name")
        make = optimizer(name)
        return make(  # type: ignore[no-any-return]
            loss=sample.expression(self.sections["model"]["loss"], "model.loss"),
            parameters=[self.symbol(name) for name in self.state],
            learning_rate=step.expression(table.pop("learning_rate"), "optimizer.learning_rate"),
            data=self.drawn("data", scope),
            noise=self.drawn("noise", scope),
            domain=self.domain_of_symbols,
            **self.sampling(scope),
            **dict(options(table, own_numbers(name), step, scope.of(self.parameters))),
        )

    def sampling(self, scope: Scope) -> dict[str, Any]:
        table = dict(self.sections.get("sampling", {}))
        if "batch_size" in table:
            table["batch_size"] = scope.of(self.parameters).expression(table["batch_size"], "sampling.batch_size")
        if "importance" in table:
            if table.setdefault("scheme", "with-replacement") != "with-replacement":
                raise InvalidInput("sampling.scheme", table["scheme"], "with-replacement, or nothing, beside importance")
            names = scope.of(self.parameters)
            given = (names.expression(entry, "sampling.importance") for entry in table.pop("importance"))
            table["scheme"] = Importance(tuple(given))
        return table

    def drawn(self, section: str, scope: Scope) -> Drawn:
        """The laws of [data] or [noise] by symbol; a joint law by the tuple of its symbols."""
        names = scope.of(self.parameters)
        drawn: Drawn = {}
        for key, table in self.sections.get(section, {}).items():
            law = law_from_table(table, f"{section}.{key}", names.expression, self.folder)
            symbols = tuple(self.symbol(name) for name in split(key))
            drawn[symbols if len(symbols) > 1 else symbols[0]] = law
        return drawn

    def symbol(self, name: str) -> sp.Symbol:
        return self.scope.symbols[name]

    @property
    def domain_of_symbols(self) -> dict[sp.Symbol, str]:
        return {self.symbol(name): assumption for name, assumption in self.domain.items()}


def options(table: Mapping[str, Any], own: Collection[str], step: Scope, plain: Scope) -> Iterator[tuple[str, Any]]:
    """The optimizer's own numbers and its options, read; noise may stand in `add` alone."""
    for name, value in table.items():
        field = f"optimizer.{name}"
        if name in EXPRESSION_OPTIONS or name in own:
            yield name, (step if name == "add" else plain).expression(value, field)
        elif name == "project":
            yield name, [plain.expression(end, field) for end in value]
        else:
            yield name, value


def read_model(table: Mapping[str, Any], folder: Path, overrides: Mapping[str, str] | None = None) -> Model:
    """The model of a problem file's TOML table; `overrides` replaces entries of [values] (`--set`).

    Raises `InvalidInput` that names the field, the value and what is allowed.
    """
    sections = checked_sections(table)
    state = tuple(sections["model"]["parameters" if "loss" in sections["model"] else "state"])
    data, noise = names_of(sections, "data"), names_of(sections, "noise")
    assumptions = sections.get("symbols", {})
    require_no_drawn(assumptions, {"data": data, "noise": noise})
    numbers = with_overrides(sections.get("values", {}), overrides or {}, assumptions)
    used = sections["optimizer"] if "loss" in sections["model"] else {}
    kept = memory_names(used.get("name"), state, used.get("variant"))
    places = {"optimizer": kept, "model": state, "data": data, "noise": noise}
    places["symbols"] = tuple(name for name in assumptions if name not in state)
    places["values"] = tuple(name for name in numbers if name not in places["symbols"])
    symbols = declared([(name, f"{place}.{name}") for place, names in places.items() for name in names], assumptions)
    parameters = {name: symbols[name] for name in (*places["symbols"], *places["values"])}
    values = resolved(numbers, parameters)
    return Model(
        sections=sections,
        folder=folder,
        state=state,
        data=data,
        noise=noise,
        parameters=parameters,
        domain={name: a for name, a in assumptions.items() if name in state and a != "real"},
        scope=Scope({name: s for name, s in symbols.items() if name not in values}, values),
    )


def checked_sections(table: Mapping[str, Any]) -> dict[str, Any]:
    """The sections with their keys checked, one of three kinds of model."""
    sections = checked(table, "", SECTIONS, required=["model"])
    model = checked(sections["model"], "model", MODEL)
    kinds = [kind for kind, keys in KINDS.items() if any(key in model for key in keys)]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "neither"
        raise InvalidInput("model", found, "either loss with parameters, or state with map, or state with drift and variance")
    CHECKS[kinds[0]](sections, model)
    return sections


KINDS = {"loss": ("loss",), "map": ("map",), "drift": ("drift", "variance")}
"""kind of model -> the keys that mark it"""


def check_loss_sections(sections: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    if "state" in model:
        raise InvalidInput("model.state", model["state"], "parameters in place of state, beside a loss")
    checked(model, "model", MODEL, required=["parameters"])
    checked(sections.get("sampling", {}), "sampling", SAMPLING)
    if "optimizer" not in sections:
        raise InvalidInput("optimizer", "nothing", 'a table such as [optimizer] with name = "sgd" and learning_rate')
    kinds = dict.fromkeys(option_names(), "scalar") | {"project": "scalars", "rounding": "text"}
    name = sections["optimizer"].get("name", "nothing")
    own = own_numbers(name)
    kinds |= dict.fromkeys(own, "scalar") | dict.fromkeys(own_texts(name), "text")
    checked(
        sections["optimizer"],
        "optimizer",
        {"name": "text", "learning_rate": "scalar", **kinds},
        required=["name", "learning_rate", *own],
    )


def check_map_sections(sections: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    if "parameters" in model:
        raise InvalidInput("model.parameters", model["parameters"], "state in place of parameters, beside a map")
    checked(model, "model", MODEL, required=["state"])
    for section in ("sampling", "optimizer"):
        if section in sections:
            raise InvalidInput(section, "a table", f"no [{section}] beside a map; it goes with a loss")
    for name in model["map"]:
        if name not in model["state"]:
            raise InvalidInput(f"model.map.{name}", name, "a state symbol: " + ", ".join(model["state"]))
    for name in model["state"]:
        if name not in model["map"]:
            raise InvalidInput(f"model.map.{name}", "nothing", "one expression for each state symbol")


def check_diffusion_sections(sections: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    if "parameters" in model:
        raise InvalidInput("model.parameters", model["parameters"], "state in place of parameters, beside a drift")
    checked(model, "model", MODEL, required=["state", "drift", "variance"])
    if len(model["state"]) != 1:
        raise InvalidInput("model.state", model["state"], "one state symbol: diffusions have one dimension")
    for section in ("data", "noise", "sampling", "optimizer"):
        if section in sections:
            raise InvalidInput(section, "a table", f"no [{section}] beside a drift: the variance says what is random")


CHECKS = {"loss": check_loss_sections, "map": check_map_sections, "drift": check_diffusion_sections}


def names_of(sections: Mapping[str, Any], section: str) -> tuple[str, ...]:
    """The symbols of [data] or [noise] in the order of the file."""
    return tuple(name for key in sections.get(section, {}) for name in split(key))


def split(key: str) -> list[str]:
    """The names of a key such as "x, y"."""
    return [name.strip() for name in key.split(",")]


def with_overrides(
    numbers: Mapping[str, Any], overrides: Mapping[str, str], assumptions: Mapping[str, str]
) -> dict[str, Any]:
    """[values] with the entries of --set; a name must stand under [values] or [symbols]."""
    known = [*numbers, *(name for name in assumptions if name not in numbers)]
    for name, text in overrides.items():
        if name not in known:
            allowed = likely(name, known) if known else "no --set: the file has neither [values] nor [symbols]"
            raise InvalidInput("--set", f"{name}={text}", allowed)
    return {**numbers, **overrides}


def require_no_drawn(assumptions: Mapping[str, Any], drawn: Mapping[str, tuple[str, ...]]) -> None:
    """[symbols] speaks of parameters and of the state; where a drawn symbol lives, its law says."""
    for section, names in drawn.items():
        for name in names:
            if name in assumptions:
                allowed = f"no entry here: its law under [{section}] says where it lives"
                raise InvalidInput(f"symbols.{name}", name, allowed)
