"""Widgets drawn line by line from the state of a run."""
