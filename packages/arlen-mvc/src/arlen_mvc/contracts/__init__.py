"""Contracts: what a request must hold, and what a response promises."""
