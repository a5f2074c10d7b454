"""The shared registry: addresses, dwellings, households, residents, consents, history.

Does not own who may see it (`datasharing.policy`) nor what is asked about it in a department's
form (`datasharing` templates).
"""
