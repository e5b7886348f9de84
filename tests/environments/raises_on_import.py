"""A module that cannot be imported."""

raise ZeroDivisionError("divided\nby nothing")
