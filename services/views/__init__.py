"""Pages: `mobile` for residents, `console` for staff."""
