"""One question a file: its fields, its hypotheses, the strongest engine that applies, an Answer."""
