"""The commands of ``python -m arlen_data``: one module each, with ``add_to(commands)``."""
