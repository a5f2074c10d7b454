"""Reads of services: what staff see of the queue, and what residents see of their own."""
