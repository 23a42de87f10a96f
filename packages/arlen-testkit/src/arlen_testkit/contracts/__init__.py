"""Suites that prove an implementation of one of Arlen's contracts: inherit from one and say what to test."""
