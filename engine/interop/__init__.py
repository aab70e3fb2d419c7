"""Runs of other engines as runs of ours: what they recorded as events, and what they did not as gaps."""
