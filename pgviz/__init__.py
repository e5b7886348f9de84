"""pgviz: a desktop debugger for policy-gradient agents."""

__version__ = "0.1.0"
