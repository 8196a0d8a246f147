"""What a certified answer rests on beyond proofs and ball arithmetic; such answers name it among their hypotheses."""

TRANSFORM_ERROR = "numpy's Fourier transform of length 2^m has relative l2 error of at most 32 m 2^-53"
"""Four times the worst case of Brent, Percival and Zimmermann; see `numerics.fourier_sums`."""
