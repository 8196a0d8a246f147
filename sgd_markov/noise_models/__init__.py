"""The noise models of SGD in one parameter as data: one entry a model, for any loss.

noise_model.py      what an entry is, and the symbols of all entries
finite_data.py      batches of a data set, coins, signs and roundings: kernels of atoms
additive.py         noise added to the gradient or to the step
multiplicative.py   random curvatures, features, learning rates and multipliers
catalogue.py        all of them in order
instances.py        one problem in numbers for each
"""

from .catalogue import NOISE_MODELS
from .instances import INSTANCES, Instance
from .noise_model import NoiseModel

__all__ = ["INSTANCES", "NOISE_MODELS", "Instance", "NoiseModel"]
