"""Areas, departments, users, memberships, sign-in; who is looking (`Viewer`).

Does not own what a viewer may see of a person: that is `datasharing.policy`.
"""
