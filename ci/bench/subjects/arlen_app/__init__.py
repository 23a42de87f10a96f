"""A complete Arlen application as it would run in production."""
