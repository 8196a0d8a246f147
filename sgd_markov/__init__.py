"""Constant-step SGD as a discrete-time Markov chain: laws, exponents, windows, each with its warrant."""

__version__ = "0.1.0"

_MODULES = {
    "answer.answer": ("Answer", "Hypothesis"),
    "answer.enclosure": ("Enclosure",),
    "answer.number": ("Number",),
    "answer.warrant": ("Warrant",),
    "chain.chain": ("Chain",),
    "chain.diffusion": ("Diffusion",),
    "chain.draw": ("Importance",),
    "chain.random_map": ("RandomMap",),
    "derivation": ("Derivation", "Section", "invariance"),
    "effort": ("Effort",),
    "engines.small_step_gibbs": ("bias_expansion", "gibbs_density"),
    "errors": ("HypothesisViolated", "Inconclusive", "InvalidInput", "SGDMarkovError"),
    "laws.arcsine": ("Arcsine",),
    "laws.bernoulli": ("Bernoulli",),
    "laws.beta": ("Beta",),
    "laws.beta_prime": ("BetaPrime",),
    "laws.cauchy": ("Cauchy",),
    "laws.chi_square": ("ChiSquare",),
    "laws.constant": ("Constant",),
    "laws.exponential": ("Exponential",),
    "laws.finite": ("Finite",),
    "laws.gamma": ("Gamma",),
    "laws.geometric": ("Geometric",),
    "laws.laplace": ("Laplace",),
    "laws.lognormal": ("Lognormal",),
    "laws.normal": ("Normal",),
    "laws.poisson": ("Poisson",),
    "laws.rademacher": ("Rademacher",),
    "laws.rows": ("Rows",),
    "laws.semicircle": ("Semicircle",),
    "laws.stable": ("Stable",),
    "laws.student": ("Student",),
    "laws.two_point": ("TwoPoint",),
    "laws.uniform": ("Uniform",),
    "passage.spectral_gap": ("spectral_gap",),
    "optimizers.adam": ("Adam",),
    "optimizers.amsgrad": ("AMSGrad",),
    "optimizers.rmsprop": ("RMSProp",),
    "network": ("NetworkLoss", "network_loss"),
    "optimizers.ema_momentum": ("EMAMomentum",),
    "optimizers.heavy_ball": ("HeavyBall",),
    "optimizers.nesterov": ("Nesterov",),
    "optimizers.langevin": ("Langevin",),
    "optimizers.sgd": ("SGD",),
    "optimizers.sign_sgd": ("SignSGD",),
    "problem": ("Problem", "load"),
    "proof": (
        "Argued",
        "Cited",
        "Definition",
        "Enclosed",
        "Identity",
        "Limit",
        "MeanLog",
        "Negative",
        "Positive",
        "Roots",
        "Step",
        "StepFailed",
        "Value",
        "check_all",
    ),
    "questions.compare": ("compare",),
    "questions.critical_points": ("critical_points",),
    "questions.exit_time": ("exit_time",),
    "questions.survival": ("survival",),
    "questions.quasi_stationary": ("quasi_stationary",),
    "questions.hitting": ("hitting",),
    "questions.limit": ("limit",),
    "questions.kernel": ("kernel",),
    "questions.law": ("law",),
    "questions.lyapunov": ("lyapunov",),
    "questions.moment_exponent": ("moment_exponent",),
    "questions.moments": ("moments",),
    "questions.simulate": ("simulate",),
    "questions.tail_index": ("tail_index",),
    "questions.stationary": ("stationary",),
    "questions.window": ("window",),
    "verdict": ("Verdict", "verify"),
}
_PUBLIC = {name: module for module, names in _MODULES.items() for name in names}
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
