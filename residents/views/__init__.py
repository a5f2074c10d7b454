"""Pages of the registry, by what they are about."""
