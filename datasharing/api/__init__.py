"""The API of sharing: the same selectors and actions as the pages."""
