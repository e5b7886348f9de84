"""``python -m pgviz`` is ``pgviz``."""

import sys

from pgviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
