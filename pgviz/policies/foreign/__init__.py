"""Policies that other programs trained. Opening their files runs none of what is in them."""
