"""Gates, faces, passages, watch-list, rules, alerts (physical security, not software security).

Does not own devices and their messages (`devices`) nor the repair that follows (`services`).
"""
