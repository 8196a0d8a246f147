"""The law of one sample: one family a file, found by name through `registry`."""
