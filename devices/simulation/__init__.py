"""A running estate of simulated devices over the real broker, each with its own account."""
