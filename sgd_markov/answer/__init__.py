"""What a question gives back: a value, its enclosure, and how far to trust it."""
