"""One way of computing the mean exit time a file: the project's own, and those of other tools."""
