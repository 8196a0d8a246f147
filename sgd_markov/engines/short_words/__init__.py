"""The top exponent of finitely many matrices of any size, certified by the growth of vectors along all short words.

L_k(v) = E log|M_k ... M_1 v|. For c_0 + ... + c_(n-1) = 1 the function r = sum c_k (L_(k+1) - L_k) of directions is
phi + P h - h with a bounded h (of invertible matrices), phi = L_1 - L_0, P h(v) = E h(M v), so min r <= Lambda_1 <= max r.
"""
