"""Logs of Inspect (``.eval`` archives and ``.json``), as lines of a team log.

``archive`` opens them within bounds, ``sample`` reads one, ``reader`` joins all of them in time.
"""
