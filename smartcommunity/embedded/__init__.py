"""Embedded services: PostgreSQL, Valkey and an MQTT broker started from pip wheels or apt.

This package owns how the three services are found, configured, started, watched and stopped on a
machine that has none of them. It imports neither Django nor anything outside the standard library,
so that it works before the project is installed completely.

It does not own what the services are used for; the project only sees the environment variables
that :meth:`smartcommunity.embedded.runtime.Runtime.environ` returns.
"""
