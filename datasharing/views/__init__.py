"""Pages of sharing, by what they are about."""
