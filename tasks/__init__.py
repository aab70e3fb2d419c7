"""Suites: task graphs with their tests and reference solutions."""
