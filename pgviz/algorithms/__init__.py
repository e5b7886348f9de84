"""How π improves: one module per algorithm, and what they share."""
