"""The top Lyapunov exponent from the periodic words: the cycle expansion of the Fredholm determinant, with a proved error.

L_s f = sum_i p_i alpha_i^s f(T_i) acts on the Hardy space of the disc |y| < R. Its traces are sums over words,
t_n(s) = sum_w p_w r_w^s / (1 - det A_w / r_w^2) with the leading eigenvalues r_w, and det(1 - z L_s) = sum_n a_n(s) z^n has
the root 1/lambda(s), lambda(0) = 1: the exponent lambda'(0) is sum a_n'(0) / sum n a_n(0) (Pollicott 2010).
If all T_i lead the disc into |y| < theta R, the singular values of L_s are at most W theta^k (1 - theta^2)^(-1/2), k = 0, 1, ...,
with W = exp(|s| l), l = sup |log alpha_i|, so that |a_n(s)| <= W^n B_n and, by Cauchy's estimate on |s| = 1/(n l),
|a_n'(0)| <= e l n B_n, where B_n = (1 - theta^2)^(-n/2) theta^(n(n-1)/2) / prod_(j <= n) (1 - theta^j).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log10

from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.precision import bits_for, enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .exponent import Atoms, narrowed
from .poisson import Bracket, largest
from .transitions import Basis, Entries, Transition, times, transitions

WORDS = 150_000
"""So many periodic words are summed at most."""

LONGEST = 40
RADII = 60


def exponent_by_cycles(atoms: Atoms, basis: Basis, effort: Effort) -> Enclosure:
    """The exponent to `effort.digits`, proved, in an arc that the matrices keep.

    Raises `Inconclusive` where no disc around the arc is led into a smaller one, or the words are too many.
    """
    radius = best_radius(steps_in(atoms, basis, 64))

    def bracket(digits: int) -> Bracket:
        effort.check()
        with precision(bits_for(2 * digits) + 64):
            steps = steps_in(atoms, basis, bits_for(2 * digits) + 64)
            theta, spread, centre = contraction(steps, arb(radius))
            length = needed_length(theta, digits)
            if len(steps) ** length > WORDS:
                raise Inconclusive(f"{digits} digits need periodic words of length {length}: more than {WORDS} words")
            return truncated(steps, length, theta, spread, centre, effort)

    return narrowed(bracket, effort)


def estimate_by_cycles(atoms: Atoms, basis: Basis, effort: Effort) -> Enclosure:
    """The same from as many words as are quickly summed; the error is what the longest words changed, not proved."""
    with precision(bits_for(effort.digits) + 200):
        steps = steps_in(atoms, basis, bits_for(effort.digits) + 200)
        length = min(LONGEST, max(2, int(log(WORDS / 5) / log(max(len(steps), 2)))))
        sums = expansion(traces(steps, length, arb(0), effort))
        values = [ratio(sums, n) for n in (length - 1, length)]
        change = 2 * abs(values[1] - values[0]).upper() + values[1].rad()
        return enclosure(values[1] + change * arb(0, 1))


def steps_in(atoms: Atoms, basis: Basis, bits: int) -> list[Transition]:
    with precision(bits):
        found = transitions(atoms(), [basis])
    if found is None:
        raise Inconclusive("the precision does not prove that the arc is kept")
    return found


def best_radius(steps: Sequence[Transition]) -> float:
    """R with the smallest theta, in doubles."""
    pole = min(float((step.a / abs(step.b)).mid()) if not step.b.contains(0) else 1e3 for step in steps)
    radii = [0.2 * (0.995 * min(pole, 1e3) / 0.2) ** (k / RADII) for k in range(1, RADII + 1)]
    shares: list[tuple[float, float]] = [(float(contraction(steps, arb(radius))[0].mid()), radius) for radius in radii]
    return min(shares)[1]


def contraction(steps: Sequence[Transition], radius: arb) -> tuple[arb, arb, arb]:
    """theta, l and g for alpha_i/exp(g): a disc with a real diameter goes to one, and log(1 + x) is at most -log(1 - |x|)."""
    images = [abs((s.c + x * s.e) / (s.a + x * s.b)) / radius for s in steps for x in (radius, -radius)]
    centre = sum((step.weight * step.a.log() for step in steps), arb(0)).mid()
    logs = [abs(step.a.log() - centre) - (1 - radius * abs(step.b) / step.a).log() for step in steps]
    theta, spread = largest(images), largest(logs)
    if not (theta < 1 and spread.is_finite()):
        return arb(1), arb.pos_inf(), centre
    return theta, spread, centre


def needed_length(theta: arb, digits: int) -> int:
    """The first N with a tail below 10^-digits or so."""
    share = float(theta)
    if share >= 1:
        raise Inconclusive("no disc around the arc is led into a smaller one: no bound for the cycle expansion")
    size = 0.0
    for n in range(1, LONGEST):
        size += n * log10(share) - log10(1 - share * share) / 2 - log10(1 - share ** (n + 1)) if share > 0 else -1000
        if size + 2 + log10(n + 1) < -digits and share ** (n + 1) < 0.25:
            return n
    raise Inconclusive(f"periodic words longer than {LONGEST} are needed: theta = {share:.4f}")


def truncated(
    steps: Sequence[Transition], length: int, theta: arb, spread: arb, centre: arb, effort: Effort
) -> Bracket:
    """The quotient of the sums up to `length`, both with their tails."""
    sums = expansion(traces(steps, length, centre, effort))
    tail = tail_bound(theta, length)
    above = sum((slope for _, slope in sums), arb(0)) + arb(0, 1) * (tail * spread * arb(1).exp())
    below = sum((n * value for n, (value, _) in enumerate(sums)), arb(0)) + arb(0, 1) * tail
    found = above / below + centre
    return Bracket(found.lower(), found.upper(), arb(0))


def tail_bound(theta: arb, length: int) -> arb:
    """sum over n > length of n B_n: the quotients of the B_n fall, and n <= (length + 1)(1 + j) for n = length + 1 + j."""
    first = length + 1
    value = (1 - theta * theta) ** (-arb(first) / 2) * theta ** (first * length // 2)
    for j in range(1, first + 1):
        value /= 1 - theta**j
    quotient = theta**first / ((1 - theta * theta).sqrt() * (1 - theta ** (first + 1)))
    if not quotient < 1:
        return arb.pos_inf()
    return (first * value / (1 - quotient) ** 2).abs_upper()


def traces(steps: Sequence[Transition], length: int, centre: arb, effort: Effort) -> list[tuple[arb, arb]]:
    """t_n(0) and t_n'(0) for n = 1, ..., length, for alpha/exp(centre)."""
    letters: list[tuple[arb, Entries]] = [(step.weight, (step.a, step.b, step.c, step.e)) for step in steps]
    words, found = letters, [trace(letters, centre)]
    for n in range(2, length + 1):
        effort.check()
        words = [(weight * p, times(letter, word)) for weight, word in words for p, letter in letters]
        found.append(trace(words, n * centre))
    return found


def trace(words: Sequence[tuple[arb, Entries]], centre: arb) -> tuple[arb, arb]:
    value, slope = arb(0), arb(0)
    for weight, (a, b, c, d) in words:
        determinant = a * d - b * c
        root = (a + d + ((a + d) * (a + d) - 4 * determinant).sqrt()) / 2
        part = weight / (1 - determinant / (root * root))
        value, slope = value + part, slope + part * (root.log() - centre)
    return value, slope


def expansion(found: Sequence[tuple[arb, arb]]) -> list[tuple[arb, arb]]:
    """a_n(0) and a_n'(0) for n = 0, 1, ...: n a_n = -sum_k t_k a_(n-k)."""
    sums = [(arb(1), arb(0))]
    for n in range(1, len(found) + 1):
        value, slope = arb(0), arb(0)
        for k, (t, u) in enumerate(found[:n], 1):
            a, b = sums[n - k]
            value, slope = value - t * a / n, slope - (u * a + t * b) / n
        sums.append((value, slope))
    return sums


def ratio(sums: Sequence[tuple[arb, arb]], length: int) -> arb:
    """The exponent from the words up to a length."""
    below = sum((n * value for n, (value, _) in enumerate(sums[: length + 1])), arb(0))
    return sum((slope for _, slope in sums[: length + 1]), arb(0)) / below


__all__ = ["estimate_by_cycles", "exponent_by_cycles"]
