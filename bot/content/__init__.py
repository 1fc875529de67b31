"""The content of the running bot: read and checked before it is taken, and tips taken back."""
