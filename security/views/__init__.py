"""Pages of security, by what they are about."""
