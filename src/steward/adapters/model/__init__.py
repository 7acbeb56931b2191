"""Models that answer: vendors over HTTP, chains of them with fallback, what they cost, and who is chosen."""
