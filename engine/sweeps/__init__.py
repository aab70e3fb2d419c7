"""Sweeps: whole experiments, cell by cell, that can be stopped and gone on with."""
