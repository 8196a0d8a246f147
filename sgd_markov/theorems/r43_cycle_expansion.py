"""R43: the exponent of a product of positive matrices from the eigenvalues of its short words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

VALUE = "1.14331103510294924584325185365558"
POSITIVE = "1"
LENGTH = 6
STEPS, FORGOTTEN = 40, 12


def problem() -> Chain:
    return product(POSITIVE)


def product(entry: str) -> Chain:
    """[[2, 1], [1, 1]] or [[3, entry], [2, 1]], probability 1/2 each."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.rows import Rows

    u, v, a, b, c, d = sp.symbols("u v a b c d", real=True)
    return RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): Rows([(2, 1, 1, 1), (3, entry, 2, 1)])})


def at_origin(chain: Chain) -> dict[object, int]:
    return dict.fromkeys(chain.state, 0)


def by_question(effort: Effort) -> Reading:
    from ..questions.lyapunov import lyapunov

    return Reading.of(lyapunov(problem(), at=at_origin(problem()), effort=effort))


def by_cycles(effort: Effort) -> Reading:
    """With the proved bound of the words that are left out."""
    from ..products.cycle_expansion import METHOD
    from ..products.matrix_law import MatrixLaw

    chain = problem()
    found = METHOD.top(MatrixLaw.at(chain, chain.point(at_origin(chain))), effort)
    assert found is not None and found.enclosure is not None
    return Reading(found.enclosure, found.warrant)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """Directions forget their start by a factor of 30 a step."""
    import numpy as np

    from .sampling import sample_mean

    matrices = np.array([[[2.0, 1], [1, 1]], [[3, 1], [2, 1]]])
    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    vectors, growth = np.ones((chains, 2)), np.zeros(chains)
    for step in range(FORGOTTEN + STEPS):
        vectors = np.einsum("cij,cj->ci", matrices[rng.integers(0, 2, chains)], vectors)
        size = vectors.sum(axis=1)
        vectors /= size[:, None]
        growth += np.log(size) if step >= FORGOTTEN else 0
    return sample_mean(growth / STEPS)


def series_is_right(effort: Effort, entry: str) -> bool:
    """Is the series of words up to length 6, in doubles, within 10^-9 of a proved interval for the exponent?"""
    from fractions import Fraction

    from ..questions.lyapunov import lyapunov

    chain = product(entry)
    known = lyapunov(chain, at=at_origin(chain), effort=effort.with_digits(2)).enclosure
    assert known is not None
    found, slack = Fraction(series(float(entry))), Fraction(1, 10**9)
    return bool(known.lower - slack <= found <= known.upper + slack)


def series(entry: float) -> float:
    """sum a_n' / sum n a_n from the eigenvalues of largest modulus, whether they are real or not."""
    import numpy as np

    letters = np.array([[[2.0, 1], [1, 1]], [[3, entry], [2, 1]]])
    words, sums = letters, [(1.0 + 0j, 0j)]
    traces: list[tuple[complex, complex]] = []
    for n in range(1, LENGTH + 1):
        eigenvalues = np.linalg.eigvals(words.astype(complex))
        leading = np.take_along_axis(eigenvalues, np.abs(eigenvalues).argmax(axis=1)[:, None], axis=1)[:, 0]
        parts = 1 / (1 - np.linalg.det(words) / leading**2) / 2**n
        traces.append((complex(parts.sum()), complex((parts * np.log(np.abs(leading))).sum())))
        pairs = [(traces[k - 1], sums[n - k]) for k in range(1, n + 1)]
        sums.append((-sum(t * a for (t, _), (a, _) in pairs) / n, -sum(u * a + t * b for (t, u), (a, b) in pairs) / n))
        words = np.einsum("aij,wjk->waik", letters, words).reshape(-1, 2, 2)
    return float((sum(b for _, b in sums) / sum(n * a for n, (a, _) in enumerate(sums))).real)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Value

    y, z, a, b, c, d, t1, t2 = sp.symbols("y z a b c d t_1 t_2", positive=True)
    golden, other = (3 + sp.sqrt(5)) / 2, 2 + sp.sqrt(3)
    weights = [1 / (1 - r**-2) for r in (golden, other)]
    truncated = sp.exp(-t1 * z - t2 * z**2 / 2)
    return (
        Argued(
            "A positive matrix acts on the ratio y of the coordinates; its growth there is a + by",
            r"(1, y) \mapsto (a + by, c + dy), \qquad T(y) = \frac{c + dy}{a + by}",
        ),
        Identity("The derivative", sp.diff((c + d * y) / (a + b * y), y), (a * d - b * c) / (a + b * y) ** 2),
        Argued("At the fixed direction the growth is the leading eigenvalue r, so that", r"T'(y) = \det A/r^2"),
        Cited(
            "A disc that all T lead strictly into itself makes the transfer operators of trace class, with",
            r"\operatorname{tr}L_s^n = \sum_{|w| = n} p_w\frac{r_w^s}{1 - \det A_w/r_w^2}, \quad L_sf = \sum_i p_i\alpha_i^s f\circ T_i",
            "pollicott2010",
        ),
        Cited(
            "and the Fredholm determinant of their traces,",
            r"\det(1 - zL_s) = \exp\Big(-\sum_n\frac{z^n}n\operatorname{tr}L_s^n\Big) = \sum_n a_n(s)z^n",
            "jurga2019",
        ),
        Identity("its second coefficient", sp.diff(truncated, z, 2).subs(z, 0) / 2, (t1**2 - t2) / 2),
        Argued(
            "The leading eigenvalue is 1 at s = 0 and has the exponent as its derivative; differentiate the determinant at 1/eigenvalue",
            r"\Lambda_1 = \frac{\sum_n a_n'(0)}{\sum_n n\,a_n(0)}",
        ),
        Cited(
            "If the disc is led into one smaller by the factor theta, the words that are left out add little: l bounds |log alpha|,",
            r"|a_n(0)| \le B_n = \frac{\theta^{n(n-1)/2}}{(1-\theta^2)^{n/2}\prod_{j\le n}(1-\theta^j)}, \qquad |a_n'(0)| \le e\,l\,n\,B_n",
            "bandtlow2008",
        ),
        Identity("The eigenvalues of the matrices", golden + 1 / golden, sp.Integer(3)),
        Identity("and of the second", other + 1 / other, sp.Integer(4)),
        Value(
            "Words of length one give",
            sum(w * sp.log(r) for w, r in zip(weights, (golden, other), strict=True)) / sum(weights),
            "1.1323",
        ),
    )


CLAIM = Claim(
    id="R43",
    slug="cycle-expansion",
    title="Exponents of positive matrices from their words",
    statement=(
        r"Let $A_i$ be positive $2\times2$ matrices with probabilities $p_i$, $r_w$ the leading eigenvalue of the product $A_w$, "
        r"$t_n(s)=\sum_{|w|=n}p_wr_w^s/(1-\det A_w/r_w^2)$ and $\exp(-\sum_nz^nt_n(s)/n)=\sum_na_n(s)z^n$. Then the top exponent is "
        r"$\Lambda_1=\sum_na_n'(0)/\sum_nn\,a_n(0)$, and the rest of both sums falls like $\theta^{n^2/2}$."
    ),
    hypotheses=(r"all entries of all $A_i$ are positive", "matrices are independent"),
    cite=("pollicott2010", "jurga2019", "bandtlow2008"),
    example=r"$\begin{pmatrix}2&1\\1&1\end{pmatrix}$ and $\begin{pmatrix}3&1\\2&1\end{pmatrix}$, probability $\frac12$ each",
    quantities=(
        Quantity(
            "top exponent",
            VALUE,
            (
                Route("question", by_question),
                Route("independent", by_cycles),
                Route("monte carlo", by_simulation, 16_000),
            ),
            "theory.md R43",
        ),
    ),
    control=Control(
        "an entry -2 or -5: words without a leading eigenvalue, and the series is not the exponent",
        series_is_right,
        {"entry": POSITIVE},
        ({"entry": "-2"}, {"entry": "-5"}),
    ),
    problem=problem,
    proof=proof,
)
