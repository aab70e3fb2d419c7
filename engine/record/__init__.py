"""The record of a run: events, the journal that keeps them, the bus, the state they fold to."""
