"""First passage: exit times, survival, quasi-stationary laws, hitting probabilities, where a chain ends.

One method a file (`Method`), each for the chains that it knows; the catalogue asks them in order.
"""
