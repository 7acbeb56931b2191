"""Vendors behind the ports: one small file each."""
