"""P(tau > t) of Brownian motion with drift between two ends, by theta series with a proved rest.

In units where the interval is [0, 1] and the start y, with drift m and time s = C t/L^2 (variance 1):

    P = sum_(n >= 1) 2 exp(-m y) sin(n pi y) n pi (1 - (-1)^n exp(m))/(m^2 + n^2 pi^2) exp(-(n^2 pi^2 + m^2) s/2),

for long times, and for short ones the images of the start under reflection at both ends.
"""

from __future__ import annotations

from flint import arb, ctx

SHORT = 8
"""Images from s < 1/SHORT on."""


def between_two_ends(y: arb, m: arb, s: arb) -> arb:
    """P(tau > s) from y in (0, 1), at the current precision."""
    return images(y, m, s) if s < arb(1) / SHORT else waves(y, m, s)


def waves(y: arb, m: arb, s: arb) -> arb:
    """Terms are at most 2/(n pi) (exp(-m y) + exp(m (1 - y))) exp(-(n^2 pi^2 + m^2) s/2)."""
    pi = arb.pi()
    total, n = arb(0), 0
    front = ((-m * y).exp() + (m * (1 - y)).exp()) * (-(m**2) * s / 2).exp()
    while True:
        n += 1
        far = ((n**2 * pi**2 + m**2) * s / 2).exp()
        weight = n * pi * (1 - (-1) ** n * m.exp()) / (m**2 + n**2 * pi**2)
        total += 2 * (-m * y).exp() * (n * pi * y).sin() * weight / far
        rest = front * (-((n + 1) ** 2) * pi**2 * s / 2).exp() / (1 - (-(2 * n + 3) * pi**2 * s / 2).exp())
        if rest < abs(total).lower() * arb(2) ** -ctx.prec or rest < arb(2) ** (-4 * ctx.prec):
            return total + arb(0, rest.upper())


def images(y: arb, m: arb, s: arb) -> arb:
    """With Phi the normal distribution function, over all k

        exp(-2 k m) (Phi(1 - y + 2k - m s) - Phi(-y + 2k - m s)) - exp(-2 m (y + k)) (Phi(1 + y + 2k - m s) - Phi(y + 2k - m s)),

    arguments in units of sqrt(s). The density of a term is at most exp(|m|) g(2|k| - 2), g the normal one of variance s.
    """
    total, k = image(y, m, s, 0), 0
    while True:
        k += 1
        total += image(y, m, s, k) + image(y, m, s, -k)
        near = 2 * k
        rest = 4 * abs(m).exp() * (-arb(near) ** 2 / (2 * s)).exp() / (2 * arb.pi() * s).sqrt()
        rest = rest / (1 - (-arb(4 * near + 4) / (2 * s)).exp())
        if rest < arb(2) ** -ctx.prec:
            return total + arb(0, rest.upper())


def image(y: arb, m: arb, s: arb, k: int) -> arb:
    moved = 2 * k - m * s
    direct = normal(1 - y + moved, s) - normal(-y + moved, s)
    mirrored = normal(1 + y + moved, s) - normal(y + moved, s)
    return (-2 * k * m).exp() * direct - (-2 * m * (y + k)).exp() * mirrored


def normal(x: arb, s: arb) -> arb:
    """P(N(0, s) <= x)."""
    return (-x / (2 * s).sqrt()).erfc() / 2
