"""Questions without an answer that their writers passed on to the team, and the team's answers."""
