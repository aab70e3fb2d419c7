"""Faults: injected disturbances, each a wrapper on one seam."""
