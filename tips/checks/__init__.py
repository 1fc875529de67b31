"""The editorial rules, one module a kind; ``tips.check`` runs them all."""
