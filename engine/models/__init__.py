"""Models: where replies come from (litellm, simulated, recorded)."""
