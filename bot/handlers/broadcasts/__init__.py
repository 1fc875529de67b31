"""Broadcasts as admins write, check, send, watch and correct them in the chat."""
