"""Sessions: what a browser's visits have in common, and what is built on it: flashes and page state."""
