"""Real servers for tests as plain context managers, usable without pytest. Import the module of the one you need."""
