"""The demonstration: an invented estate with invented people. Composition: may import every app.

Everybody in it is marked synthetic; document numbers have the form and check digit of real ones
under division codes that do not exist, telephone numbers lie in a range that is not assigned.
"""
