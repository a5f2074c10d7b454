"""What every app stands on: errors, decisions, crypto, private files, live stream, pagination.

Owns no business noun and imports no app.
"""
