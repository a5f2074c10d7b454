"""The second fence: row level security in PostgreSQL.

`rules.py` says of each table how its rows' area or person is found, or why it needs no fence.
`arms.py` are the ways of finding it, `build.py` makes policies and privileges of them after each
`migrate`, `checks.py` says when the application's role could climb over. The scope that the
policies compare with is `kernel.scope`; docs/decisions/0012 says why it is made so.
"""
