"""What each command does: a function of its name that returns the exit status. Imports are late: each pays for itself.

solving.py     solve, simulate
registry.py    verify, claims
documents.py   latex, cite
arguments.py   the texts that a user types after them
output.py      where results go
"""
