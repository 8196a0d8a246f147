"""First passage of one-dimensional diffusions by scale function and speed measure, in certified cells."""
