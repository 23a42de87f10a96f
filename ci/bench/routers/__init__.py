"""Routers by themselves: one module each, which builds the same table and looks the same paths up."""
