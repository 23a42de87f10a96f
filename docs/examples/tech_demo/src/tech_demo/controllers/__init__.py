"""One controller per page."""
