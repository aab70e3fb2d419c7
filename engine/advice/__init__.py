"""Advice: how many agents, under which strategy, before they are paid for, and while they work."""
