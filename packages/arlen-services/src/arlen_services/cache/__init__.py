"""The cache: its protocol, and a module for each place where entries are kept."""
