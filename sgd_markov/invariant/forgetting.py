"""w' = B: a step that forgets where it was; the stationary law is that of the step."""

from __future__ import annotations

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain
from ..laws.finite import Finite
from ..laws.law import Law
from ..proof import Identity
from .affine_form import affine_steps, one_law
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The law of B where the multiplier is 0 as written (for SGD on k w^2/2: learning rate 1/k)."""
    affine = affine_steps(chain, effort)
    if affine is None or affine.multiplier != 0:
        return None
    law = law_of_step(affine)
    if law is None:
        return None
    return Elementary(
        family=law.name,
        state=chain.state,
        law=law,
        hypotheses=(Hypothesis("the next state does not depend on the present one"),),
        proof=(Identity("The derivative of the step in the state", affine.multiplier, 0 * affine.multiplier),),
    )


def law_of_step(affine: AffineChain) -> Law | None:
    components = affine.pairs()
    if not any(component.laws for component in components):
        return Finite([c.values[1] for c in components], [c.probability for c in components])
    offsets = tuple(type(c)(c.probability, c.values[1:], c.laws) for c in components)
    found = one_law(offsets)
    if found is None:
        return None
    shift, factor, law = found
    return law.affine(shift, factor)
