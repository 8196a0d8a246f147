"""Stationary laws in closed form: one family of chains a file, each with the proof that its law is invariant."""
