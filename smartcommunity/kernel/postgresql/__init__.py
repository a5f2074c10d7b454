"""Django's PostgreSQL backend that keeps the connection's scope true: see `base`."""
