"""What is known about requests: identity, time, and what is told on."""
