"""The terminal side: train, list, examine, and open the window."""

from pgviz.cli.entry import main, main_gui

__all__ = ["main", "main_gui"]
