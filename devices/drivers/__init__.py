"""Drivers: one dialect a file, from topic and payload to the one event vocabulary. Pure."""
