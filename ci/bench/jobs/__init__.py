"""Job queues measured side by side, each in an environment of its own."""
