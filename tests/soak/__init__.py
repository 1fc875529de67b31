"""Two hundred subscribers through four hundred simulated days, counted at the sandbox."""
