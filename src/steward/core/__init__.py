"""What Steward does, one folder a noun; the order of who may import whom is kept by import-linter."""
