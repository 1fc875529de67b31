"""Two hundred readers through four hundred simulated days, counted at the sandbox."""
