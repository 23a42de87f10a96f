"""What browsers are told so that nobody abuses them: security headers, CORS, safe redirects."""
