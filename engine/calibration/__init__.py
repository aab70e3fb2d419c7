"""Calibration: the simulated models, derived from recorded runs and held against them."""
