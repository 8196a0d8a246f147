"""The registry of theorems: one claim a file, each with independent routes, a negative control and a checked proof."""
