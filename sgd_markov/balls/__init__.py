"""Certified numbers: sympy expressions in ball arithmetic, integrals, roots; every result leaves as an Enclosure."""
