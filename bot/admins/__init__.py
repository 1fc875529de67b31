"""Who runs the bot's content: roles, invitations, and the audit log of what they did."""
