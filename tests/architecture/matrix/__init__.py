"""The proof of the access decision: every role, every element, every exit, against `oracle.csv`."""
