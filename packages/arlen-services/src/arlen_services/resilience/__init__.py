"""Calls that fail now and then, and what surrounds them."""
