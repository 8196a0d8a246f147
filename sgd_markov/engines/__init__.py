"""How numbers are got; no engine knows a question, and engines do not import one another."""
