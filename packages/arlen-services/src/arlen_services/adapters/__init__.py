"""Implementations of the service protocols, one module for each place where things are kept."""
