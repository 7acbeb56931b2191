"""What Steward asks of the outside world, as Protocols: one file a port, vendors live in ``adapters``."""
