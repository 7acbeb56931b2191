"""Small pure pieces that every part may use: time, ids, errors, pages, money, secrets, text."""
