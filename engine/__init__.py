"""The engine: runs a team of agents on a task graph and records everything as a journal of events."""
