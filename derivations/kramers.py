"""How long a diffusion stays in a well: the exact mean time, the formula of Kramers and Eyring, and its first correction.

`python derivations/kramers.py` checks every step and writes notes/kramers.md.
"""

from fractions import Fraction
from pathlib import Path

import sympy as sp

import sgd_markov as sm

w, u = sp.symbols("w u", real=True)
T, k, q = sp.symbols("T k q", positive=True)
loss, mass = sp.Function("L")(w), sp.Function("M")(w)
R = sp.Rational

well_density = sp.exp(-loss / T)
slope = -sp.exp(loss / T) * mass / T
bend = sp.diff(slope, w).subs(mass.diff(w), well_density)


def identity(why, left, right):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right))


exact = sm.Section(
    "The exact mean time",
    "Let $dw = -L'(w)\\,dt + \\sqrt{2T}\\,dB$, and let $\\tau$ be the first time at $b$, from $x < b$. $M(w) = \\int_{-\\infty}^w e^{-L(z)/T}dz$ "
    "is finite where $L$ grows fast enough to the left, and then the diffusion always comes back from there.",
    (
        sm.Argued(
            "The mean time is the solution of the backward equation that is $0$ at $b$ and does not feel the far left; as a guess,",
            r"v(x) = \frac1T\int_x^b e^{L(y)/T} M(y)\,dy, \qquad v' = -\tfrac1T e^{L/T} M",
        ),
        sm.Definition("Its slope.", sp.Symbol("s"), slope),
        identity("It solves the equation $-L's + Ts' = -1$.", -loss.diff(w) * slope + T * bend, -1),
        sm.Cited(
            "It is the mean time: It\\^o's formula up to $\\tau$, and no contribution of the far left, where the scale function is infinite.",
            r"\mathbb{E}_x\tau = \frac1T\int_x^b e^{L(y)/T}\int_{-\infty}^y e^{-L(z)/T}\,dz\,dy",
            "karlin1981",
        ),
    ),
)

peak = sp.exp(-k * u**2 / (2 * T))
summit = sp.exp(-q * u**2 / (2 * T))

laplace = sm.Section(
    "Small noise",
    "Let $a < z$ be the minimum and the next maximum of $L$, with $k = L''(a)$ and $q = |L''(z)|$, and $\\Delta = L(z) - L(a)$. As $T \\to 0$ "
    "the inner integral is a normal peak at $a$, the outer one a normal peak at $z$.",
    (
        identity("The well holds", sp.Integral(peak, (u, -sp.oo, sp.oo)), sp.sqrt(2 * sp.pi * T / k)),
        identity(
            "The barrier seen from one side, up to its top,",
            sp.Integral(summit, (u, -sp.oo, 0)),
            sp.sqrt(sp.pi * T / (2 * q)),
        ),
        identity(
            "Together, to the top",
            sp.sqrt(2 * sp.pi * T / k) * sp.sqrt(sp.pi * T / (2 * q)) / T,
            sp.pi / sp.sqrt(k * q),
        ),
        identity(
            "and to a place beyond it, twice that.",
            sp.sqrt(2 * sp.pi * T / k) * sp.sqrt(2 * sp.pi * T / q) / T,
            2 * sp.pi / sp.sqrt(k * q),
        ),
        sm.Argued(
            "Laplace's method, without a bound of the rest. From the top a path returns with probability one half, which is the factor $2$.",
            r"\mathbb{E}\tau = \frac{2\pi}{\sqrt{L''(a)\,|L''(z)|}}\,e^{\Delta/T}\,(1 + O(T))",
        ),
        sm.Cited(
            "This is the formula of Kramers and Eyring.",
            r"\frac1{\mathbb{E}\tau} \sim \frac{\sqrt{L''(a)\,|L''(z)|}}{2\pi}\,e^{-\Delta/T}",
            "kramers1940",
        ),
    ),
)

double = w**4 / 4 - w**2 / 2
beside = u**2 - u**3 + u**4 / 4
narrow, wide = sp.exp(-(u**2) / T) / sp.sqrt(sp.pi * T), sp.exp(-(u**2) / (2 * T)) / sp.sqrt(2 * sp.pi * T)

wells = sm.Section(
    "The double well, and the first correction",
    "$L = w^4/4 - w^2/2$, from the minimum $-1$ to the top at $0$.",
    (
        sm.Roots("The critical points.", sp.diff(double, w), w, (sp.Integer(-1), sp.Integer(0), sp.Integer(1))),
        identity("The barrier is", double.subs(w, 0) - double.subs(w, -1), R(1, 4)),
        identity("the curvature of the well", sp.diff(double, w, 2).subs(w, -1), 2),
        identity("and of the top", sp.diff(double, w, 2).subs(w, 0), -1),
        identity("Beside the minimum, with $u = w + 1$,", double.subs(w, u - 1) + R(1, 4), beside),
        identity(
            "The terms beyond the square change the well by the factor $1 + \\frac34 T$ to first order in $T$",
            sp.Integral((-(u**4) / (4 * T) + u**6 / (2 * T**2)) * narrow, (u, -sp.oo, sp.oo)),
            R(3, 4) * T,
        ),
        identity("and the top by the same.", sp.Integral(u**4 / (4 * T) * wide, (u, -sp.oo, sp.oo)), R(3, 4) * T),
        sm.Argued(
            "So the mean time is longer than the formula, and the spectral gap, the rate of leaving one half, smaller.",
            r"\mathbb{E}\tau = \frac{\pi}{\sqrt2}\,e^{1/(4T)}\left(1 + \tfrac32 T + O(T^2)\right), \qquad "
            r"\lambda_1 = \frac{\sqrt2}{\pi}\,e^{-1/(4T)}\left(1 - \tfrac32 T + O(T^2)\right)",
        ),
        sm.Value(
            "The formula for the gap at $T = 3/100$.", sp.sqrt(2) / sp.pi * sp.exp(-R(25, 3)), "0.00010820428076331"
        ),
    ),
)


def answered():
    """The package's formula and exact times, at three temperatures."""
    for temperature in (R(3, 100), R(3, 200), R(1, 1000)):
        diffusion = sm.Diffusion(w - w**3, 2 * temperature, w)
        answer = sm.exit_time(diffusion, start=-1, inside=["-oo", 0])
        formula, ratio = answer.kramers["time"], answer.kramers["ratio"]
        scale = sp.exp(1 / (4 * temperature))
        yield sm.Enclosed(
            f"`exit_time` at $T = {temperature}$ gives the formula, in units of $e^{{1/(4T)}}$:",
            sp.pi / sp.sqrt(2),
            *quotient(formula.enclosure, scale),
        )
        yield sm.Argued(
            "The exact time, certified by integrals of positive functions, and its ratio to the formula.",
            rf"\mathbb{{E}}\tau = {truncated(answer.value)}, \qquad \text{{ratio}} = {ratio.value[:10]}\ldots, \qquad "
            rf"1 + \tfrac32T = {sp.N(1 + R(3, 2) * temperature, 8)}",
        )


def quotient(enclosure, scale):
    """The enclosure divided by a number that is known to 60 digits, moved outward by more than its error."""
    unit = Fraction(str(sp.N(scale, 60)))
    slack = Fraction(1, 10**40)
    return Fraction(enclosure.lower) / unit * (1 - slack), Fraction(enclosure.upper) / unit * (1 + slack)


def truncated(text):
    """The first digits of a decimal as LaTeX."""
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa[:12]}\ldots" + (rf" \cdot 10^{{{exponent}}}" if exponent else "")


DERIVATION = sm.Derivation(
    "How long a diffusion stays in a well",
    "The mean time to cross a barrier grows like $e^{\\Delta/T}$. The exact time is a double integral of positive functions, which can be "
    "computed with proved bounds however large it is; the formula of Kramers and Eyring is its limit for small noise, and is off by a term "
    "of the order of $T$.",
    (exact, laplace, wells, sm.Section("The package finds the same", "", tuple(answered()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "kramers.md").write_text(DERIVATION.markdown(), encoding="utf-8")
