"""Deterministic simulation: whole teams in virtual time, disturbed at random and judged by invariants."""
