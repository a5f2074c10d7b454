"""The registry's API: the same selectors as the pages."""
