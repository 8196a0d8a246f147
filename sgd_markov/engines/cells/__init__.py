"""Finite families of maps in one dimension by certified upper and lower solutions on cells.

The line is cut into cells; `images` encloses the image of each cell under each map, `operator` takes the largest and
the smallest value over all cells that an image touches, `solutions` solves the two systems in floating point and
proves what they bound. Everything that is proved is rounded outwards.
"""
