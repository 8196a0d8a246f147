"""A discrete-time Markov chain given by a random map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import sympy as sp

from ..answer.answer import Answer
from ..errors import HypothesisViolated, InvalidInput
from .batch import data_entries, data_set
from .draw import Draw, Scheme
from .mixture import Component, mixture
from .written_out_sampling import importance_sampled, poisson_sampled

Point = Mapping[sp.Symbol, sp.Expr]


@dataclass(frozen=True)
class Chain:
    """state' = update(state, g, noise), where g is the mean over the batch of `gradient(state, sample)`.

    `state`: the symbols of the state, d of them.
    `update`: d expressions in `state`, in the `means` and in the noise symbols of `draw`.
    `means`: one placeholder symbol for each entry of `gradient`; both are empty for a bare random map.
    `gradient`: per-sample gradients, expressions in `state` and the data symbols of `draw`.
    `domain`: assumptions on state symbols that the map must keep ("positive", ...); absent means real.
    `loss`: the loss of one sample, None for a bare map. `learning_rate`: likewise.
    `memory`: the state symbols that are memory of the optimizer; they stand last, and start at 0 unless told otherwise.
    `neutral`: those of them that have no direction of their own at a fixed point (second moments, the step); they stand
    last of all. `held`: the update of the other symbols while the neutral ones are held; see `chain.frozen`.
    """

    state: tuple[sp.Symbol, ...]
    update: tuple[sp.Expr, ...]
    draw: Draw
    means: tuple[sp.Symbol, ...] = ()
    gradient: tuple[sp.Expr, ...] = ()
    loss: sp.Expr | None = None
    learning_rate: sp.Expr | None = None
    domain: Mapping[sp.Symbol, str] = field(default_factory=dict)
    memory: tuple[sp.Symbol, ...] = ()
    neutral: tuple[sp.Symbol, ...] = ()
    held: tuple[sp.Expr, ...] = ()

    def __hash__(self) -> int:
        return hash((self.state, self.update, self.draw, self.means, self.gradient))

    @property
    def weights(self) -> tuple[sp.Symbol, ...]:
        """The state without the memory of the optimizer: the parameters of the loss."""
        return tuple(symbol for symbol in self.state if symbol not in self.memory)

    @property
    def dimension(self) -> int:
        return len(self.state)

    @cached_property
    def one_sample_map(self) -> tuple[sp.Expr, ...]:
        """The map of a batch of one: state' as expressions in state, data and noise symbols."""
        return tuple(expr.xreplace(self.averaged) for expr in self.update)

    @property
    def averaged(self) -> dict[sp.Symbol, sp.Expr]:
        """What the placeholders of `means` are the batch means of."""
        return dict(zip(self.means, self.gradient, strict=True))

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """The law of state', as a finite mixture over independent continuous variables."""
        return mixture(self.update, self.averaged, self.draw)

    @cached_property
    def parameters(self) -> set[sp.Symbol]:
        """The free symbols that are neither state nor drawn."""
        drawn = {*self.draw.data_symbols, *self.draw.noise_symbols, *self.state, *self.means}
        own = set().union(*(expr.free_symbols for expr in (*self.update, *self.gradient)))
        return (own | self.draw.free_symbols) - drawn

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Chain:
        """The chain with parameters replaced; a new chain."""
        return replace(
            self,
            update=tuple(expr.subs(values) for expr in self.update),
            gradient=tuple(expr.subs(values) for expr in self.gradient),
            draw=self.draw.subs(values),
            loss=None if self.loss is None else self.loss.subs(values),
            learning_rate=None if self.learning_rate is None else self.learning_rate.subs(values),
            held=tuple(expr.subs(values) for expr in self.held),
        )

    def with_sampling_written_out(self) -> Chain:
        """Importance and Poisson sampling as laws of the data; a batch that is the whole data set as no draw at all."""
        if self.draw.importance is not None:
            found = importance_sampled(self.gradient, self.loss, self.draw, self.draw.importance)
        elif self.draw.scheme is Scheme.POISSON:
            found = poisson_sampled(self.gradient, self.loss, self.draw)
        else:
            return self.with_full_batch_averaged()
        return replace(self, gradient=found.gradient, loss=found.loss, draw=found.draw)

    def with_full_batch_averaged(self) -> Chain:
        """Batch = data set makes the step deterministic: the mean gradient is written out, nothing is drawn."""
        dataset = data_set(self.draw)
        full = self.draw.scheme is not Scheme.WITH_REPLACEMENT and self.draw.data == (dataset,)
        if not full or dataset is None or self.draw.batch_size != len(data_entries(dataset)):
            return self
        tables = [dict(zip(dataset.symbols, entry, strict=True)) for entry in data_entries(dataset)]
        average = tuple(sp.expand(sp.Add(*(g.xreplace(table) for table in tables)) / len(tables)) for g in self.gradient)
        return replace(self, gradient=average, draw=Draw(noise=self.draw.noise))

    def kernel(self, at: object = None, **options: Any) -> Answer:
        """The one-step transition kernel, `sgd_markov.kernel(chain, at=...)`; it renders as LaTeX in a notebook.

        >>> from sgd_markov.laws.two_point import TwoPoint
        >>> from .random_map import RandomMap
        >>> w, x = sp.symbols("w x", real=True)
        >>> chain = RandomMap({w: x * w}, noise={x: TwoPoint(2, "1/3")})
        >>> [str(atom["to"]["w"].exact) for atom in chain.kernel().extra["atoms"]]
        ['2*w', 'w/3']
        """
        questions = import_module("sgd_markov.questions.kernel")  # late: questions lie above chains
        answer: Answer = questions.kernel(self, at, **options)
        return answer

    def require_one_dimension(self, question: str) -> sp.Symbol:
        if self.dimension != 1:
            raise InvalidInput("state", [str(s) for s in self.state], f"one state variable: {question} is answered in one dimension")
        return self.state[0]

    def point(self, at: object, field_name: str = "at") -> dict[sp.Symbol, sp.Expr]:
        """`at` as a full table over the state symbols; a plain number is allowed for one parameter.

        Memory of the optimizer that is not mentioned is 0.
        """
        from ..expressions import exact

        if not isinstance(at, Mapping):
            if len(self.weights) != 1:
                raise InvalidInput(field_name, at, "a table with an entry for each of " + ", ".join(map(str, self.weights)))
            at = {self.weights[0]: at}
        names = {str(symbol): symbol for symbol in self.state}
        table = {str(key): value for key, value in at.items()}
        for key in table:
            if key not in names:
                raise InvalidInput(f"{field_name}.{key}", key, "a state symbol: " + ", ".join(names))
        table = {**{str(symbol): 0 for symbol in self.memory}, **table}
        for name in names:
            if name not in table:
                raise InvalidInput(f"{field_name}.{name}", "nothing", f"a value for the state symbol {name}")
        return {names[name]: exact(value, f"{field_name}.{name}") for name, value in table.items()}


def not_fixed(point: Point, found: object) -> HypothesisViolated:
    """The error for a point that the map moves."""
    where = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
    return HypothesisViolated(f"the map fixes {where} almost surely", f"one step leads to {found}")
