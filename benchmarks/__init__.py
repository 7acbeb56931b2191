"""What Steward costs, measured beside a floor in the same run: ``make bench``."""
