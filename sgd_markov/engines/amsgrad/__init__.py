"""AMSGrad without momentum on w -> x w^2/2, x of finitely many values: where it ends, and at which frozen rate.

With beta1 = beta2 = 0 and epsilon = 0 the pair rate = lr/sqrt(vhat), s = |w|/sqrt(vhat) is a Markov chain that does not
know lr: Q = max(1, x^2 s^2), rate' = rate/sqrt(Q), s' = s |1 - x rate'|/sqrt(Q). The rate never rises; it falls at records,
|x| s > 1, and right after one s' = |1/x - rate'|.
"""
