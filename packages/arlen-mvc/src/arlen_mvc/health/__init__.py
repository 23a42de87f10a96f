"""Whether the application is alive, healthy and ready."""
