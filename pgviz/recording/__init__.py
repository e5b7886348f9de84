"""Recordings: a run as a stored stream of events, its file format, its writer and its reader."""

SUFFIX = ".pgviz"
