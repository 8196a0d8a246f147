"""Lyapunov exponents of products of random matrices: a law of matrices, one method a file, a catalogue that chooses."""
