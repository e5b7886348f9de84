"""The training loop, written as a generator of events."""
