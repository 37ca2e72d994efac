"""The chart of one owner: what it draws, what acts on it, and what brings it its data."""
