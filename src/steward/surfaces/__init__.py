"""The doors: one folder a dialect. The folder name is the URL prefix, the file is the next path word."""
