"""Simulation of a chain, vectorised over chains: a route that shares nothing with the exact ones but the map."""
