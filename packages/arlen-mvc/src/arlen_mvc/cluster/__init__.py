"""What an application knows of the nodes that serve it together."""
