"""Who decides when the next event is pulled: commands in, events out."""
