"""Answers that need not be sent again: validators and Cache-Control (RFC 9110 section 13, RFC 9111)."""
