"""Sheets: Excel and CSV files as they come in and go out.

Reading and writing of files only: what is an acceptable file (`archive`, `reading`), which columns
a form has (`columns`), how a file is written (`writing`, `blank`), who it was made for
(`fingerprint`). What rows mean for the registry is decided by `residents.actions`.
"""
