"""Adapters of the live port."""
