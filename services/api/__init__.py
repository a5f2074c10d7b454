"""Read endpoints of services."""
