"""Serving the simulated models over HTTP, as a provider would, with faults on request."""
