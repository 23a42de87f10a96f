"""Files as content: opened once and shared, their media types, the parts of them that are asked for."""
