"""Time expressions: tags over the text, and the entities they make."""
