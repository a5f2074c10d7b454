"""Devices of every make: registry, intake, drivers, events, state, commands, health.

Does not own what an event means for people (`security`) or for a repair (`services`).
"""
