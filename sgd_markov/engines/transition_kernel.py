"""The law of the next state: atoms, densities, lattice series; in several dimensions joint densities and laws on curves.

For each component of the step's randomness (`chain.mixture`) the law of the value F(w, x) is found by the first route
that applies (`OneStep.law_of`). Signs that symbols leave open are cases (`numerics.case_signs`).
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..chain.mixture import Component
from ..effort import Effort
from ..errors import Inconclusive
from ..laws.law import Law
from ..laws.normal import Normal
from ..numerics.case_signs import ALL_OPEN, Signs, by_cases
from ..numerics.conditional_density import conditional_density
from ..numerics.extreme_value import extremes_inside, law_of_largest
from ..numerics.gaussian_form import gaussian_form_law
from ..numerics.image_measure import image_of_law, image_of_measure
from ..numerics.independent_sum import Laws, inner_values, rounded_sum, sum_of_independent, sums_inside
from ..numerics.joint_law import joint_law
from ..numerics.measures import Atom, Density, Measure, collected, summed
from ..numerics.stable_sums import reduced

MIXTURE_LIMIT = 2000
"""Components with densities, each of which is one term of the formula."""

Cases = list[tuple[Signs, Measure]]


def transition_kernel(
    components: tuple[Component, ...],
    targets: tuple[sp.Symbol, ...],
    index: sp.Symbol,
    effort: Effort,
    given: Signs = ALL_OPEN,
) -> Cases:
    """The measure K(w, .) in every case that the free symbols leave; one case where nothing is open.

    `components`: the law of the next state, one value for each state variable; `targets`: the arguments of
    densities, one for each state variable; `index`: of the series; `given`: what is known of the symbols.
    Raises `Inconclusive` for randomness whose law is not known, or maps without an exact inverse.
    """
    if all(not component.laws for component in components):
        return [(given, Measure(collected(Atom(c.values, c.probability) for c in components)))]
    if sum(bool(c.laws) for c in components) > MIXTURE_LIMIT:
        raise Inconclusive(f"the density would have more than {MIXTURE_LIMIT} terms")

    def timely(component: Component, signs: Signs) -> Measure:
        effort.check()
        return component_measure(component, targets, index, signs)

    def whole(signs: Signs) -> Measure:
        return summed([timely(component, signs) for component in components]).with_finite_series_listed()

    return by_cases(whole, effort, given)


def component_measure(
    component: Component, targets: tuple[sp.Symbol, ...], index: sp.Symbol, signs: Signs
) -> Measure:
    """probability * law of the component's value, in the case of `signs`."""
    values, weight = tuple(in_case(value, signs) for value in component.values), in_case(component.probability, signs)
    table = signs.substitution
    laws = {symbol: law.subs(table) if table else law for symbol, law in component.laws.items()}

    def law_of(value: sp.Expr, own: Laws, target: sp.Symbol) -> Measure:
        return OneStep(target, index, signs).law_of(value, own)

    return joint_law(values, laws, law_of, targets, signs).times(weight)


def in_case(expr: sp.Expr, signs: Signs) -> sp.Expr:
    """The expression with what the equations of the case determine: symbols, and functions such as h'(w) that are 0."""
    zeros = {fact: sp.Integer(0) for fact, known in signs.facts if known == {0} and fact.is_Function}
    return expr.subs(signs.substitution).subs(zeros) if zeros else expr.subs(signs.substitution)


class OneStep:
    """Laws of expressions in drawn variables, in one case."""

    def __init__(self, target: sp.Symbol, index: sp.Symbol, signs: Signs) -> None:
        self.target, self.index, self.signs = target, index, signs

    def law_of(self, value: sp.Expr, laws: Laws) -> Measure:
        """The law of a function of independent variables."""
        laws = {symbol: law for symbol, law in laws.items() if symbol in value.free_symbols}
        if not laws:
            return Measure((Atom((value,), sp.Integer(1)),))
        if len(laws) == 1:
            ((symbol, law),) = laws.items()
            return image_of_law(value, symbol, law, self.target, self.index, self.signs)
        for route in self.routes:
            found = route(value, laws)
            if found is not None:
                return found
        names = ", ".join(law.name for law in laws.values())
        raise Inconclusive(
            f"the kernel needs the law of a function of {len(laws)} independent variables ({names}); known are functions "
            "of a sum of parts that share no variable or of the largest of them, quadratic forms of normal variables of "
            "mean 0, and functions of what is affine in one variable"
        )

    @property
    def routes(self) -> tuple[Callable[[sp.Expr, Laws], Measure | None], ...]:
        """Closed forms first."""
        return (
            self.one_family, self.quadratic_form, self.sum, self.rounded_sum, self.function_of_sum, self.largest,
            self.integral, self.function_of_part,
        )  # fmt: skip

    def one_family(self, value: sp.Expr, laws: Laws) -> Measure | None:
        """Variables that enter through one sum that stays in a family."""
        found = reduced(value, laws)
        if found is None:
            return None
        value, symbol, law = found
        if not self.signs.nonzero(spread(law)):
            return Measure((Atom((value.xreplace({symbol: sp.Integer(0)}),), sp.Integer(1)),))
        return image_of_law(value, symbol, law, self.target, self.index, self.signs)

    def quadratic_form(self, value: sp.Expr, laws: Laws) -> Measure | None:
        return gaussian_form_law(value, laws, self.target, self.signs)

    def sum(self, value: sp.Expr, laws: Laws) -> Measure | None:
        return sum_of_independent(value, laws, self.law_of, self.target, self.signs)

    def rounded_sum(self, value: sp.Expr, laws: Laws) -> Measure | None:
        return rounded_sum(value, laws, self.law_of, self.target, self.index, self.signs)

    def function_of_sum(self, value: sp.Expr, laws: Laws) -> Measure | None:
        """A clipped, projected or otherwise mapped sum."""
        for inner, outer, u in sums_inside(value, laws):
            measure = self.law_of(inner, laws)
            return image_of_measure(outer, u, measure, self.target, self.index, self.signs)
        return None

    def largest(self, value: sp.Expr, laws: Laws) -> Measure | None:
        """A function of the larger or smaller of independent parts."""
        for parts, outer, u in extremes_inside(value, laws):
            measure = law_of_largest(parts, laws, self.law_of, self.target, self.signs)
            return image_of_measure(outer, u, measure, self.target, self.index, self.signs)
        return None

    def function_of_part(self, value: sp.Expr, laws: Laws) -> Measure | None:
        """A function of a subexpression whose law is known."""
        for inner, outer, u in inner_values(value, laws):
            try:
                measure = self.law_of(inner, laws)
            except Inconclusive:
                continue
            return image_of_measure(outer, u, measure, self.target, self.index, self.signs)
        return None

    def integral(self, value: sp.Expr, laws: Laws) -> Measure | None:
        found = conditional_density((value,), laws, (self.target,), self.signs)
        return None if found is None else Measure(densities=(Density(-sp.oo, sp.oo, found),))


def spread(law: Law) -> sp.Expr:
    """0 exactly where the sum of several variables has coefficients 0 only, and is 0."""
    if isinstance(law, Normal):
        return sp.expand(law.std**2)
    return law.scale  # type: ignore[attr-defined]  # of Cauchy and gamma laws, the other families of sums


