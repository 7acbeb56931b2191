"""Fakes of the outside world, shared by tests and benchmarks: real protocols on the loopback."""
