"""The SQL language: immutable statements made of syntax and values. Nothing here does I/O."""
