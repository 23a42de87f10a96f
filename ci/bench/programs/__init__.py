"""Measurements that need no server: each prints one number."""
