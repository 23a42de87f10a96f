"""Adversarial input: the corpus of the protocol, and mutations of it."""
