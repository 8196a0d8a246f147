"""R30: one step of SGD multiplies the imbalance of the two layers by an exact factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

W1, W2, X, LABEL, LR = "7/10", "3/10", "11/10", "2/5", "1/4"


def chain(sign: str) -> Chain:
    """Labels -2/5 for certain (`-`), or 2/5 and -2/5 with probability 1/2 each (`+-`)."""
    import sympy as sp

    from ..laws.constant import Constant
    from ..laws.two_point import TwoPoint
    from ..optimizers.sgd import SGD
    from .networks import two_layers, x, y

    net, label = two_layers(), sp.Rational(LABEL)
    return SGD(
        net.loss,
        net.parameters,
        LR,
        data={x: Constant(X), y: Constant(-label) if sign == "-" else TwoPoint(label, -label)},
    )


def problem() -> Chain:
    return chain("+-")


def by_question(sign: str, effort: Effort) -> Reading:
    """The mean imbalance after one step, from the atoms of the kernel."""
    import sympy as sp

    from ..questions.kernel import kernel
    from .chains import closed_form

    answer = kernel(chain(sign), at={"w1": W1, "w2": W2}, effort=effort)
    states = [(atom["probability"].exact, atom["to"]["w1"].exact, atom["to"]["w2"].exact) for atom in answer.atoms]
    return closed_form(str(sp.Add(*(p * (w1**2 - w2**2) for p, w1, w2 in states))), effort)


def by_identity(sign: str, effort: Effort) -> Reading:
    """(w1^2 - w2^2)(1 - lr^2 E g^2), g = x (w1 w2 x - y)."""
    from .chains import closed_form

    labels = (f"(-{LABEL})",) if sign == "-" else (f"({LABEL})", f"(-{LABEL})")
    squares = [f"(({X})*(({W1})*({W2})*({X}) - {label}))**2" for label in labels]
    mean = "(" + " + ".join(squares) + f")/{len(labels)}"
    return closed_form(f"(({W1})**2 - ({W2})**2)*(1 - ({LR})**2*{mean})", effort)


def by_simulation(sign: str, effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .networks import w1, w2
    from .sampling import sample_mean

    run = simulate(chain(sign), {w1: sp.Rational(W1), w2: sp.Rational(W2)}, 1, chains, effort)
    return sample_mean(run.final[0] ** 2 - run.final[1] ** 2)


def is_balanced(effort: Effort, activation: str, biases: str) -> bool:
    """Is w1'^2 - w2'^2 = (w1^2 - w2^2)(1 - lr^2 g^2), g the derivative of the loss in the product, for all weights and data?"""
    import sympy as sp

    from ..network import network_loss

    net = network_loss([1, 1, 1], activation, biases=biases == "yes")
    (((w1,),), ((w2,),)) = net.weights
    lr = sp.Symbol("lr", positive=True)
    after = [w - lr * sp.diff(net.loss, w) for w in (w1, w2)]
    g = net.inputs[0] * (w1 * w2 * net.inputs[0] - net.targets[0])
    difference = after[0] ** 2 - after[1] ** 2 - (w1**2 - w2**2) * (1 - lr**2 * g**2)
    place = dict(zip(sorted(difference.free_symbols, key=str), map(sp.Rational, PLACE), strict=False))
    return bool(sp.expand(difference) == 0 or difference.subs(place).evalf(30).is_zero)


PLACE = ("1/3", "2/7", "1/5", "3/11", "5/13", "7/17", "8/19", "9/23")
"""Values at which a difference that is no identity is not 0."""


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Definition, Identity

    w1, w2, x, y, lr, c, g = sp.symbols("w_1 w_2 x y lambda c g", real=True)
    loss = c * (w2 * w1 * x - y) ** 2 / 2
    meaning = {g: c * x * (w1 * w2 * x - y)}
    first, second = w1 - lr * g * w2, w2 - lr * g * w1
    return (
        Definition("The derivative of the loss in the product of the weights", g, meaning[g]),
        Identity("By the chain rule", sp.Derivative(loss, w1), w2 * g, given=meaning),
        Identity("and", sp.Derivative(loss, w2), w1 * g, given=meaning),
        Identity(
            "One step leaves no mixed term in the difference of the squares",
            first**2 - second**2,
            (w1**2 - w2**2) * (1 - lr**2 * g**2),
        ),
        Identity("Balanced weights stay balanced", (first - second).subs(w2, w1), sp.Integer(0)),
        Cited(
            "The imbalance after n steps is a product; its mean logarithm decides, along a stationary run of the weights",
            r"\tfrac1n\log\Big|\frac{w_{1,n}^2-w_{2,n}^2}{w_{1,0}^2-w_{2,0}^2}\Big|\to\mathbb E\log|1-\lambda^2g^2|",
            "etemadi1981",
        ),
        Argued(
            "so noise balances the layers where this mean is negative; gradient descent at a minimum, with g = 0, leaves them as they are",
            r"\mathbb E\log|1-\lambda^2g^2|<0",
        ),
    )


def routes(sign: str) -> tuple[Route, ...]:
    return (
        Route("question", lambda effort: by_question(sign, effort)),
        Route("independent", lambda effort: by_identity(sign, effort)),
        Route("monte carlo", lambda effort, chains: by_simulation(sign, effort, chains), 24_000),
    )


CLAIM = Claim(
    id="R30",
    slug="layer-balance",
    title="The imbalance of two layers is multiplied by an exact factor",
    statement=(
        r"For $\ell=\frac c2(w_2w_1x-y)^2$ and any data, one step of SGD gives "
        r"$w_1'^2-w_2'^2=(w_1^2-w_2^2)(1-\lambda^2g^2)$ with $g=cx(w_1w_2x-y)$. The imbalance contracts where "
        r"$\mathbb E\log|1-\lambda^2g^2|<0$."
    ),
    hypotheses=("linear activation, no biases", r"the second sentence: along a stationary run of $(w_1,w_2)$"),
    cite=("ziyin2023", "etemadi1981"),
    example=r"$w_1=\tfrac7{10}$, $w_2=\tfrac3{10}$, $x=\tfrac{11}{10}$, $y=-\tfrac25$, $\lambda=\tfrac14$",
    quantities=(
        Quantity("w1^2 - w2^2 after a step, y = -2/5", "0.38795562975", routes("-"), "theory.md R30"),
        Quantity("its mean for y = 2/5 or -2/5", "0.39354582975", routes("+-"), "by the identity"),
    ),
    control=Control(
        "with biases, or with tanh between the layers, the identity fails",
        is_balanced,
        {"activation": "linear", "biases": "no"},
        ({"activation": "linear", "biases": "yes"}, {"activation": "tanh", "biases": "no"}),
    ),
    problem=problem,
    proof=proof,
)
