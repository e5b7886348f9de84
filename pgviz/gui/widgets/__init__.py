"""Widgets that know nothing of runs, sessions or policies."""
