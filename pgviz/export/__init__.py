"""What leaves pgviz for other programs: moving pictures, numbers, policies. Nothing here knows the window."""
