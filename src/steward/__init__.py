"""Steward: one account, one assistant, one timeline, reachable from the web, by SMS, by voice and by API."""

__version__ = "0.1.0"
