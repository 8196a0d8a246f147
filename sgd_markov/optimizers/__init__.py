"""One update rule a file; each turns a loss and a law of the data into a `Chain`."""
