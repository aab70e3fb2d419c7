"""Analysis: summaries, scaling laws and comparison of recorded runs."""
