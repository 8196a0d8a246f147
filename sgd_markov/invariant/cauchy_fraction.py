"""w' = y + C/(w + B) with Cauchy y: Cauchy laws are mapped to Cauchy laws (Lloyd)."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.cauchy import Cauchy
from ..laws.law import Law
from ..laws.signs import sign
from ..numerics.linear_fractional import LinearFractional, linear_fractional
from ..numerics.named_law import direction, named
from ..numerics.tidy import tidy
from ..proof import Argued, Identity, Step
from .elementary import Elementary
from .perpetuity_form import positivity
from .stationary_law import Place, StationaryLaw

UNIQUE = Argued(
    "The kernel has a positive density everywhere, so there is no other stationary law",
    r"k(w,x)=\frac{s}{\pi(s^2+(x-l-C/(w+B))^2)}>0",
)


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """y ~ Cauchy(l, s): w + B ~ Cauchy(X, Y), where X + i Y = l + B + i s + C/(X -+ i Y), the sign that of -C.

    Proof: 1/V ~ Cauchy(X, -Y)/(X^2 + Y^2) for V ~ Cauchy(X, Y) by the density, places and scales of Cauchy variables
    add, and X, Y solve the two equations.
    """
    sources = (*chain.draw.data, *chain.draw.noise)
    if chain.dimension != 1 or chain.draw.batch_size != 1 or not any(isinstance(s.law, Cauchy) for s in sources):
        return None
    found = linear_fractional(chain.one_sample_map[0], chain.state[0])
    laws = {s.symbols[0]: s.law for s in sources if isinstance(s.law, Law)}
    parts = None if found is None or len(laws) != len(sources) else parts_of(found)
    if parts is None:
        return None
    random, numerator, shift = parts
    if (numerator.free_symbols | shift.free_symbols) & laws.keys():
        return None
    noise = named(random, laws)
    if noise is None or not isinstance(noise.law, Cauchy) or sign(numerator) == 0:
        return None
    (way, assumed), (side, more) = direction(noise.factor), direction(numerator)
    scale = way * noise.factor
    root = squared_root(noise.shift + shift, scale, numerator, side)
    x, y = fixed(noise.shift + shift, scale, sp.sqrt(root) if side == -1 else root, side)
    law = Cauchy(x - shift, y)
    return Elementary(
        family="Cauchy",
        state=chain.state,
        law=law,
        parameters={"loc": law.loc, "scale": law.scale},
        hypotheses=positivity((*noise.positive, *assumed, *more)),
        proof=(*structure(chain, random, numerator, shift), *invariance(noise.shift + shift, scale, numerator, side, root)),
        cite=("lloyd1969",),
        tail=(sp.Integer(1), y / sp.pi, y / sp.pi),
    )


def parts_of(found: LinearFractional) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """(y, C, B) with the map y + C/(w + B)."""
    pole = sp.cancel(found.t / found.r)
    return sp.expand(found.at_infinity), sp.cancel((found.q - found.p * pole) / found.r), pole


def squared_root(centre: sp.Expr, scale: sp.Expr, numerator: sp.Expr, side: int) -> sp.Expr:
    """C > 0: the root k > 0 of k^2 - k = C/(centre^2 + scale^2). C < 0: h^2 for the imaginary part h > 0 of
    sqrt(D^2 + 4 C), D = centre + i scale.
    """
    if side == 1:
        return (1 + sp.sqrt(1 + 4 * numerator / (centre**2 + scale**2))) / 2
    real, imaginary = tidy(centre**2 - scale**2 + 4 * numerator), tidy(2 * centre * scale)
    return (sp.sqrt(real**2 + imaginary**2) - real) / 2


def fixed(centre: sp.Expr, scale: sp.Expr, root: sp.Expr, side: int) -> tuple[sp.Expr, sp.Expr]:
    """X + i Y with Y > 0 and X + i Y = D + C/(X - side i Y): k D for C > 0, (D + sqrt(D^2 + 4 C))/2 for C < 0."""
    if side == 1:
        return tidy(centre) * root, scale * root
    return (centre + centre * scale / root) / 2, (scale + root) / 2


def structure(chain: Chain, random: sp.Expr, numerator: sp.Expr, shift: sp.Expr) -> tuple[Step, ...]:
    w = chain.state[0]
    return (Identity("The map, with what is random in front", chain.one_sample_map[0], random + numerator / (w + shift)),)


def invariance(centre: sp.Expr, scale: sp.Expr, numerator: sp.Expr, side: int, root: sp.Expr) -> tuple[Step, ...]:
    """w + B ~ Cauchy(X, Y) goes to itself; `root` is k for C > 0, h^2 for C < 0, see `squared_root`."""
    v, big_x, d = sp.symbols("v X d", real=True, cls=sp.Dummy)
    big_y, c, s, h = sp.symbols("Y c s h", positive=True, cls=sp.Dummy)
    square = big_x**2 + big_y**2
    image = Cauchy(side * c * big_x / square, c * big_y / square)

    def from_root(at: sp.Expr, noise: sp.Expr, k: sp.Expr) -> sp.Expr:
        """C from the letters; k is h^2 for C < 0."""
        return (k**2 - k) * (at**2 + noise**2) if side == 1 else (at**2 * noise**2 / k - k - at**2 + noise**2) / 4

    x, y = fixed(d, s, h, side)
    written = from_root(d, s, h if side == 1 else h**2)
    return (
        Identity(
            "C/V is Cauchy for V ~ Cauchy(X, Y), c = |C|: its density",
            Cauchy(big_x, big_y).density(side * c / v) * c / v**2,
            image.density(v),
        ),
        Identity("C from d = l + B, s and the root that X and Y are made of", from_root(centre, scale, root), numerator),
        Identity(
            "The place is kept: X = d + C X/(X^2 + Y^2), h the root",
            x * (x**2 + y**2),
            d * (x**2 + y**2) + written * x,
        ),
        Identity("and the scale: Y = s + |C| Y/(X^2 + Y^2)", y * (x**2 + y**2), s * (x**2 + y**2) + side * written * y),
        UNIQUE,
    )
