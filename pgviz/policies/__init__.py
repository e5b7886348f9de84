"""π(a|s): distributions, networks, and what a policy decided at one step."""
