"""Data elements, code lists, form templates, grants, the access decision, the access log.

Owns the rules of sharing, not the screens that show shared data.
"""
