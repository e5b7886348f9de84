"""Where a policy acts: what can be run, and how many copies of it are stepped together."""
