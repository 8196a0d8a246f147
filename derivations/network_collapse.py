"""A two-layer network at its origin: four phases, and the window of learning rates in which label noise makes it collapse.

`python derivations/network_collapse.py` checks every step and writes notes/network_collapse.md.
"""

from fractions import Fraction
from pathlib import Path

import sympy as sp

import sgd_markov as sm

R = sp.Rational
w1, w2, x, y, a, c, eta, rho = sp.symbols("w_1 w_2 x y a c eta rho", real=True)
lr = sp.Symbol("lambda", positive=True)
plus, minus, root, low, high, beyond = sp.symbols("q_+ q_- r lambda_+ lambda_- lambda_*", real=True)
z = sp.Symbol("z", real=True)
EXAMPLE = {a: R(1, 5), lr: R(4, 5)}
GIVEN = {
    plus: (1 + lr * (a + 1)) * (1 + lr * (a - 1)),
    minus: (1 - lr * (a + 1)) * (1 - lr * (a - 1)),
    low: 2 * a / (1 - a**2),
    high: 2 / (root + a),
    beyond: 2 / (root - a),
    root: sp.sqrt(2 - a**2),
}
fifth = 1 / sp.sqrt(5)


def identity(why, left, right, given=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=given or {})


def positive(why, expr, region, given=None):
    return sm.Positive(why, expr, region, given=given or {})


ACTIVATIONS = {"tanh": sp.tanh, "Swish": lambda t: t / (1 + sp.exp(-t)), "GELU": lambda t: t * (1 + sp.erf(t / sp.sqrt(2))) / 2}
SLOPES = {"tanh": sp.Integer(1), "Swish": R(1, 2), "GELU": R(1, 2)}


def mixed_slope(act):
    """The second derivative of the loss in both weights, at the origin."""
    loss = c * (w2 * act(w1 * x) - y) ** 2 / 2
    return sp.Subs(sp.Derivative(loss, w1, w2), (w1, w2), (0, 0))


origin = sm.Section(
    "The origin",
    r"The network $f = w_2\,\mathrm{act}(w_1x)$ with $\mathrm{act}(0) = 0$, $\mathrm{act}'(0) = \eta$, and the loss $\ell = \frac c2(f - y)^2$ of one "
    r"sample. All samples have gradient $0$ at $w = 0$: the noise vanishes there.",
    (
        *(identity(f"The slope of {name} at 0.", sp.Subs(sp.Derivative(act(z), z), z, 0), SLOPES[name]) for name, act in ACTIVATIONS.items()),
        *(identity(f"The mixed second derivative with {name}; the others are 0.", mixed_slope(act), -c * SLOPES[name] * x * y)
          for name, act in ACTIVATIONS.items()),
        sm.Argued(
            r"So a step is, to first order, a random matrix; all of them have the eigenvectors $(1, \pm1)$.",
            r"w' = \Big(I + \lambda c\eta\,xy\begin{pmatrix}0&1\\1&0\end{pmatrix}\Big)w, \qquad \gamma_\pm = \mathbb{E}\log|1 \pm \lambda c\eta\,xy|",
        ),
        sm.Argued("The expected loss has a saddle there as soon as $x$ and $y$ are correlated.", r"\nabla^2L(0) = -c\eta\,\mathbb{E}[xy]\begin{pmatrix}0&1\\1&0\end{pmatrix}"),
        sm.Argued(
            "Four phases by the signs of the two exponents: collapse to 0; the right sign of the correlation is learnt; the wrong one is; neither direction is stable.",
            r"(\gamma_+, \gamma_-):\quad (-,-),\ (+,-),\ (-,+),\ (+,+)",
        ),
        identity("Weight decay $\\rho$ moves both multipliers.", (w1 + w2) - lr * sp.Derivative(rho * (w1**2 + w2**2) / 2 - c * eta * x * y * w1 * w2, w1)
                 - lr * sp.Derivative(rho * (w1**2 + w2**2) / 2 - c * eta * x * y * w1 * w2, w2), (w1 + w2) * (1 - lr * rho + lr * c * eta * x * y)),
    ),
)  # fmt: skip

loss = (w2 * w1 * x - y) ** 2 / 2
first, second = (w - lr * sp.Derivative(loss, w) for w in (w1, w2))
lines = sm.Section(
    "Two lines",
    r"For the linear activation ($c = 1$) the two directions are exact, not only to first order.",
    (
        identity("One step multiplies the sum of the weights", first + second, (w1 + w2) * (1 + lr * x * (y - x * w1 * w2))),
        identity("and their difference,", first - second, (w1 - w2) * (1 - lr * x * (y - x * w1 * w2))),
        identity("so the lines $w_1 = \\pm w_2$ are kept; on them this is the chain of a quartic loss.",
                 z - lr * sp.Derivative((x * z**2 - y) ** 2 / 4, z), z * (1 + lr * x * (y - x * z**2))),
        identity("The imbalance of the layers is multiplied by", first**2 - second**2, (w1**2 - w2**2) * (1 - lr**2 * x**2 * (w1 * w2 * x - y) ** 2)),
    ),
)  # fmt: skip

WHOLE = {a: (sp.Integer(0), sp.Integer(1))}
window = sm.Section(
    "Label noise",
    r"Now $x = 1$ and $y = a + 1$ or $a - 1$, probability $\frac12$ each; $a > 0$, for negative $a$ the lines change places.",
    (
        sm.Definition("The product of the factors of the sum", plus, GIVEN[plus]),
        sm.Definition("and of the difference.", minus, GIVEN[minus]),
        sm.Argued("They decide.", r"\gamma_\pm = \tfrac12\log|q_\pm|"),
        sm.Definition("A root that comes up in both", root, GIVEN[root]),
        sm.Roots("The sum is neutral at", 1 - plus, lr, (sp.Integer(0), low), given=GIVEN),
        sm.Roots("and far out at", 1 + plus, lr, (beyond, -high), given=GIVEN),
        sm.Roots("The difference is neutral at", 1 - minus, lr, (sp.Integer(0), -low), given=GIVEN),
        sm.Roots("and at", 1 + minus, lr, (high, -beyond), given=GIVEN),
        positive("The first is positive", low, WHOLE, GIVEN),
        positive("and so is the last", high, {a: (sp.Integer(-1), sp.sqrt(2))}, GIVEN),
        identity("How far out the sum is stable, beyond where it begins to be:", beyond - low, high, GIVEN),
        sm.Argued(
            "So for $0 < a < 1$ the sum contracts between the first and the far one, the difference below the last.",
            r"\gamma_+ < 0 \iff \lambda_+ < \lambda < \lambda_*, \qquad \gamma_- < 0 \iff \lambda < \lambda_-",
        ),
        identity("The window of collapse is as long as", high - low, (root - 3 * a) / (1 - a**2), GIVEN),
        positive("which is open for small $a$", high - low, {a: (sp.Integer(-1), fifth)}, GIVEN),
        sm.Negative("and empty for large:", high - low, {a: (fifth, sp.Integer(1))}, given=GIVEN),
        identity("It closes at $a = 1/\\sqrt5$, at the learning rate $\\sqrt5/2$.", low.subs(GIVEN).subs(a, fifth), sp.sqrt(5) / 2),
        positive("For $a > 1$ the sum always grows", plus - 1, {a: (sp.Integer(1), sp.oo), lr: (sp.Integer(0), sp.oo)}, GIVEN),
        identity("and at $a = 1$.", (plus - 1).subs(GIVEN).subs(a, 1), 2 * lr),
        identity("At $a = \\frac15$ the window begins at", low.subs(GIVEN).subs(a, R(1, 5)), R(5, 12)),
        identity("and ends at", sp.simplify(high.subs(GIVEN).subs(GIVEN).subs(a, R(1, 5))), R(5, 4)),
        identity("where a label takes the sum to 0 at once,", plus.subs(GIVEN).subs({a: R(1, 5), lr: R(5, 4)}), 0),
        identity("but the difference is neutral: an end, not a superstable point.", minus.subs(GIVEN).subs({a: R(1, 5), lr: R(5, 4)}), -1),
        sm.Argued(
            "All phases, from small to large learning rates: learning, collapse (or, for $a > 1/\\sqrt5$, nothing stable), the wrong sign, nothing stable.",
            r"\lambda < \lambda_+:\ (+,-); \quad \lambda_+ < \lambda < \lambda_-:\ (-,-); \quad \max(\lambda_+, \lambda_-) < \lambda < \lambda_*:\ (-,+); \quad \lambda > \lambda_*:\ (+,+)",
        ),
    ),
)

PLUS, MINUS = R(9, 20), sp.Integer(1)
REACH = R(4, 5) * R(1, 4) ** 2 / 4


def moment(side, order):
    """E exp(order m) at lr = 4/5, a = 1/5, delta = 1/4."""
    return sp.Add(*((sp.Abs(1 + side * R(4, 5) * label) + REACH) ** order for label in (R(6, 5), -R(4, 5)))) / 2


attraction = sm.Section(
    "Collapse, with a probability",
    r"Both exponents negative do not mean that one step contracts: the mean of $\log\|I + \lambda y J\|$ is positive, since the matrix expands one of the two "
    r"directions. The two exact directions help.",
    (
        sm.Argued(
            r"While $u = w_1 + w_2$ and $v = w_1 - w_2$ stay below $\delta$ in size, $|w_1w_2| = |u^2 - v^2|/4 \le \delta^2/4$, and both lie below walks.",
            r"\log|u_t| \le \log|u_0| + \sum_{s<t} m_+(y_s), \qquad m_\pm(y) = \sup_{|p| \le \delta^2/4}\log|1 \pm \lambda(y - p)|",
        ),
        positive("At $a = \\frac15$, $\\lambda = \\frac45$, $\\delta = \\frac14$ the walk of the sum has an exponential moment below 1, of order $\\frac9{20}$,",
                 1 - moment(1, PLUS), {}),
        positive("and that of the difference one of order 1.", 1 - moment(-1, MINUS), {}),
        sm.Cited("Ville's inequality for both supermartingales.", r"P(w \not\to 0) \le (|u_0|/\delta)^{9/20} + |v_0|/\delta", "ville1939"),
        sm.Value("From $w = (\\frac1{800}, 0)$ the network collapses with probability at least", 1 - R(1, 200) ** PLUS - R(1, 200), "0.90284"),
        sm.Argued(
            "For another activation the same argument runs on blocks of $n$ steps: the linearised product contracts in the mean for large $n$, and the rest is small near 0.",
            r"\tfrac1n\mathbb{E}\log\|A_n \cdots A_1\| \to \max(\gamma_+, \gamma_-) < 0",
        ),
    ),
)  # fmt: skip

s, x1, x2, v1, v2, t = sp.symbols("s x_1 x_2 v_1 v_2 t", real=True)


def block(u1, u2):
    return sp.Matrix([[0, u1, u2], [u1, 0, 0], [u2, 0, 0]])


others = sm.Section(
    "Other data",
    "",
    (
        positive("Noiseless labels $y = kx$ with $k > 0$: with $s = \\lambda ck$ the sum grows with every sample,", s * x**2, {s: (sp.Integer(0), sp.oo), x: (sp.Integer(0), sp.oo)}),
        sm.Argued("so that $\\gamma_+ > 0$ for every learning rate: without label noise nothing collapses.", r"\gamma_+ = \mathbb{E}\log(1 + sx^2) > 0"),
        identity("Several inputs: a hidden unit has the block of $y\\,(0, x; x^T, 0)$, with eigenvalues $0$ and $\\pm|x|$.",
                 (t * sp.eye(3) - block(x1, x2)).det(), t * (t**2 - x1**2 - x2**2)),
        identity("Two such blocks commute exactly where the inputs are parallel: an entry of the commutator is", (block(x1, x2) * block(v1, v2) - block(v1, v2) * block(x1, x2))[1, 2],
                 x1 * v2 - x2 * v1),
        sm.Argued("Otherwise the exponent is that of a product of matrices that do not commute, one such block for each hidden unit.", r"I + \lambda c\eta\,y\begin{pmatrix}0&x\\x^T&0\end{pmatrix}"),
        sm.Argued("ReLU: a unit with $w_1x < 0$ for all $x$ is frozen; near 0 the map is positively homogeneous and the law of the direction decides.",
                  r"w_1 < 0,\ x > 0:\qquad w' = w"),
        sm.Argued("Sigmoid and softplus: $\\mathrm{act}(0) \\ne 0$, the origin is no critical point.", r"\partial_{w_2}\ell(0) = -c\,y\,\mathrm{act}(0)"),
        identity("Three layers or more: the gradient has no linear part at 0 and all exponents are 0.", sp.Derivative((w1 * w2 * z - y) ** 2 / 2, w1), w2 * z * (w1 * w2 * z - y)),
    ),
)  # fmt: skip


def enclosed(why, expr, number):
    return sm.Enclosed(why, expr, Fraction(number.enclosure.lower), Fraction(number.enclosure.upper))


def found():
    net = sm.network_loss([1, 1, 1], "tanh")
    data = {net.inputs[0]: sm.Constant(1), net.targets[0]: sm.TwoPoint(R(6, 5), -R(4, 5))}
    chain = sm.SGD(net.loss, net.parameters, R(4, 5), data=data)
    answer = sm.lyapunov(chain, at=net.origin, spectrum=True)
    yield enclosed("Label noise, $a = \\frac15$, $\\lambda = \\frac45$, tanh: $\\gamma_+$ is negative,", sp.log(R(441, 625)) / 2, answer.exponents[0])
    yield enclosed("and so is $\\gamma_-$.", sp.log(R(41, 625)) / 2, answer.exponents[1])
    (point,) = sm.critical_points(chain, at=net.origin).points
    yield enclosed("The Hessian of the expected loss, off the diagonal: a saddle.", R(-1, 5), point["hessian"][0][1])
    rate = sp.Symbol("lr", positive=True)
    ((low_end, high_end),) = sm.window(sm.SGD(net.loss, net.parameters, rate, data=data), at=net.origin, parameter=rate).intervals
    yield enclosed("The window of the network begins at", R(5, 12), low_end)
    yield enclosed("and ends at", R(5, 4), high_end)


DERIVATION = sm.Derivation(
    "Label noise makes a network collapse",
    "At the origin of a two-layer network the gradient of every sample is 0, so that SGD can converge to this saddle: for learning rates in a window, which is "
    "computed exactly. Gradient descent never does where the labels have a mean, and the diffusion with matched covariance has no upper end of the window. The four phases are those of [ziyin2023].",
    (origin, lines, window, attraction, others, sm.Section("The package finds the same", "", tuple(found()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "network_collapse.md").write_text(DERIVATION.markdown(), encoding="utf-8")
