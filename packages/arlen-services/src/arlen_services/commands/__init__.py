"""The commands of ``python -m arlen_services``: each module adds its own with `add_parser` and runs them."""
