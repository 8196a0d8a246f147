"""P(w' <= t) of every noise model from its definition in theory.md section D, by enumeration and direct integration.

Nothing of the package is used. The loss is h(w) = w^4/4 - w^2/2. Every function takes arrays.
"""

from itertools import combinations, permutations, product

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy import stats
from scipy.special import erfc, ndtr

NODES, WEIGHTS = leggauss(200)


def h(w):
    return w**4 / 4 - w**2 / 2


def slope(w):
    return w**3 - w


def integral(f, low, high):
    """int_low^high f(x) dx for arrays of ends."""
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = middle[:, None] + half[:, None] * NODES
    return half * (f(nodes) * WEIGHTS).sum(axis=1)


def of_atoms(t, atoms):
    return sum(probability * (place <= t) for place, probability in atoms)


def finite_with(t, w, lr, x_1, x_2, x_3):
    pairs = product((x_1, x_2, x_3), repeat=2)
    return of_atoms(t, [(w - lr * (a + b) / 2 * slope(w), 1 / 9) for a, b in pairs])


def finite_without(t, w, lr, x_1, x_2, x_3):
    pairs = combinations((x_1, x_2, x_3), 2)
    return of_atoms(t, [(w - lr * (a + b) / 2 * slope(w), 1 / 3) for a, b in pairs])


def epoch(t, w, lr, x_1, x_2, x_3):
    atoms = []
    for order in permutations((x_1, x_2, x_3)):
        state = w
        for x in order:
            state = state - lr * x * slope(state)
        atoms.append((state, 1 / 6))
    return of_atoms(t, atoms)


def label_noise(t, w, lr, sigma, x_1, x_2, y_1, y_2):
    total = 0
    for x, y in ((x_1, y_1), (x_2, y_2)):
        centre = w - lr * (h(w) * x - y) * x * slope(w)
        total = total + ndtr((t - centre) / (lr * sigma * x * np.abs(slope(w)))) / 2
    return total


def standardised(t, w, lr, sigma):
    """(t - w + lr h'(w))/(lr sigma): w' is w - lr h'(w) - lr sigma z."""
    return (t - w + lr * slope(w)) / (lr * sigma)


def gaussian(t, w, lr, sigma):
    return ndtr(standardised(t, w, lr, sigma))


def langevin(t, w, lr, T):
    return ndtr((t - w + lr * slope(w)) / np.sqrt(2 * lr * T))


def curvature(t, w, lr, sigma, a):
    return ndtr((t - w + lr * a * slope(w)) / (lr * sigma * np.abs(slope(w))))


def features(t, w, lr, sigma, s):
    """Given x the step is normal; x = v^2 crowds the nodes at 0."""

    def weighted(v):
        x = v**2
        spread = lr[:, None] * x * np.abs(slope(w))[:, None] * sigma[:, None]
        shifted = t[:, None] - w[:, None] + lr[:, None] * x**2 * (h(w) * slope(w))[:, None]
        density = np.exp(-((x / s[:, None]) ** 2) / 2) / (np.sqrt(2 * np.pi) * s[:, None])
        return 2 * 2 * v * density * ndtr(shifted / spread)

    ends = np.sqrt(9 * s)
    cuts = [ends * k / 8 for k in range(9)]
    return sum(integral(weighted, low, high) for low, high in zip(cuts, cuts[1:], strict=False))


def rademacher(t, w, lr, sigma):
    return of_atoms(t, [(w - lr * (slope(w) + side * sigma), 0.5) for side in (-1, 1)])


def two_curvatures(t, w, lr, a):
    return of_atoms(t, [(w - lr * (a + side) * slope(w), 0.5) for side in (-1, 1)])


def uniform(t, w, lr, sigma):
    return np.clip((standardised(t, w, lr, sigma) + 1) / 2, 0, 1)


def dickman(t, w, c):
    share = t / (w + c)
    return np.where(w + c > 0, np.clip(share, 0, 1), 1 - np.clip(share, 0, 1))


def exponential(t, w, lr, sigma):
    return np.exp(np.minimum(standardised(t, w, lr, sigma), 0))


def laplace(t, w, lr, sigma):
    return stats.laplace.cdf(standardised(t, w, lr, sigma))


def student(t, w, lr, sigma, nu):
    return stats.t.cdf(standardised(t, w, lr, sigma), nu)


def dropout(t, w, lr, p, x_1, x_2):
    moved = w - lr * (x_1 * h(w) / p - x_2) * x_1 * slope(w) / p
    return of_atoms(t, [(w, 1 - p), (moved, p)])


def clipped(t, w, lr, sigma, a, c):
    level = (w - t) / lr
    above = ndtr((a * slope(w) - level) / (sigma * np.abs(slope(w))))
    return np.where(level <= -c, 1, np.where(level > c, 0, above))


def sign(t, w, lr, sigma):
    up = erfc(slope(w) / sigma / np.sqrt(2)) / 2
    return of_atoms(t, [(w + lr, up), (w - lr, 1 - up)])


def quantised(t, w, lr, sigma, delta):
    """w' <= t where the level is at least m; given y the coin decides between two levels."""
    m = np.ceil((w - t) / (lr * delta))
    mean, spread = slope(w) / delta, sigma / delta

    def ramp(y):
        density = stats.norm.pdf(y, mean[:, None], spread[:, None])
        return (y - m[:, None] + 1) * density

    return integral(ramp, m - 1, m) + ndtr((mean - m) / spread)


def rounded(t, w, lr, delta):
    place = (w - lr * slope(w)) / delta
    low = np.floor(place)
    return of_atoms(t, [(delta * low, 1 - (place - low)), (delta * (low + 1), place - low)])


def random_rate(t, w, lr, alpha):
    share = np.clip((w - t) / (lr * slope(w)), 0, 1)
    below = 1 - (1 - share) ** alpha
    return np.where(slope(w) > 0, 1 - below, below)


def beta_prime(t, w, p, q):
    share = np.maximum(t / (1 + w), 0)
    below = stats.betaprime.cdf(share, p, p + q)
    return np.where(1 + w > 0, below, 1 - below)


def state_dependent(t, w, lr, s_0, s_2):
    return ndtr((t - w + lr * slope(w)) / (lr * np.sqrt(s_0**2 + s_2**2 * w**2)))


def sparse(t, w, lr, sigma, p):
    return (1 - p) * (w <= t) + p * ndtr((t - w + lr / p * slope(w)) / (lr / p * sigma))


def heavy_ball(t, w, lr, sigma, mu, m):
    return ndtr((t - w + lr * (mu * m + slope(w))) / (lr * sigma))


def importance(t, w, lr, x_1, x_2, x_3, p, q):
    chances = ((x_1, p), (x_2, q), (x_3, 1 - p - q))
    return of_atoms(t, [(w - lr * x / (3 * chance) * slope(w), chance) for x, chance in chances])


def poisson(t, w, lr, x_1, x_2, x_3):
    atoms = []
    for coins in product((0, 1), repeat=3):
        total = sum(coin * x for coin, x in zip(coins, (x_1, x_2, x_3), strict=True)) / 2
        atoms.append((w - lr * total * slope(w), np.prod([2 / 3 if coin else 1 / 3 for coin in coins])))
    return of_atoms(t, atoms)


def privacy(t, w, lr, sigma, a, c, tau):
    """Over x between the two places where clipping begins, and the two places themselves."""
    edge = c / np.abs(slope(w))
    low, high = np.maximum(-edge, a - 10 * sigma), np.minimum(edge, a + 10 * sigma)

    def weighted(x):
        moved = w[:, None] - lr[:, None] * x * slope(w)[:, None]
        return stats.norm.pdf(x, a[:, None], sigma[:, None]) * ndtr((t[:, None] - moved) / tau[:, None])

    inside = np.where(low < high, integral(weighted, low, high), 0)
    beyond = [(ndtr((a - edge) / sigma), 1), (ndtr((-edge - a) / sigma), -1)]
    outer = sum(mass * ndtr((t - w + lr * side * c * np.sign(slope(w))) / tau) for mass, side in beyond)
    return inside + outer


CDF = {
    "1": finite_with, "2": finite_without, "3": epoch, "4": label_noise, "5": gaussian, "6": langevin, "7": curvature,
    "8": features, "9": rademacher, "10": two_curvatures, "11": uniform, "12": dickman, "13": exponential, "14": laplace,
    "15": student, "17": dropout, "18": clipped, "19": sign, "19b": quantised, "20": rounded, "21": random_rate,
    "22": beta_prime, "23": state_dependent, "24": sparse, "25": heavy_ball, "26": importance, "26b": poisson,
    "27": privacy,
}  # fmt: skip
"""label of the model -> P(w' <= t); 16 (stable) has no elementary distribution function and is compared by its density."""


def stable_density(t, w, lr, sigma, alpha):
    z = standardised(t, w, lr, sigma)
    values = [stats.levy_stable.pdf(one, index, 0) for one, index in zip(z, alpha, strict=True)]
    return np.array(values) / (lr * sigma)
