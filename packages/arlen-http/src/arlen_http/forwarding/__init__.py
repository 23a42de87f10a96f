"""What proxies say of a request, which of them are believed, and under which names the server answers."""
