"""An Arlen application with everything on that guards a request."""
