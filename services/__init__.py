"""What residents ask for and get done: catalogue, requests, notices, visitor passes.

Does not own gates and passes' checking (`security`) nor the registry (`residents`).
"""
