"""One panel, one file. A panel shows what the run model holds and posts commands; it decides nothing."""
