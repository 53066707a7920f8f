"""What a call costs, will cost, and may cost at most."""
