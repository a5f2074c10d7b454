"""The API of security: the same selectors as the pages."""
