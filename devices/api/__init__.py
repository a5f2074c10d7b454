"""/api/v1/devices/"""
