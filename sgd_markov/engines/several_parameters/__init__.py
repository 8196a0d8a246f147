"""Critical points of losses of several parameters.

linear_set.py      quadratic losses, symbols allowed
exact_set.py       polynomials with rational coefficients: every point exact, continua by their equations
  split.py           the zeros of the gradient as disjoint parts
  finite_part.py     a part of finitely many zeros, solved
enclosed_set.py    smooth losses in a box, certified
  box_search.py      Krawczyk's operator on halved boxes
given_point.py     one point that the user names, symbols and kinks allowed
  kinks.py           the smooth pieces that meet there
inertia.py         the kind from the Hessian
found.py           what all of them return
"""
