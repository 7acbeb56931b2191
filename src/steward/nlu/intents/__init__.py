"""Ordered recognisers, one file per family of intents."""
