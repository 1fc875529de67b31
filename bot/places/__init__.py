"""Places and their time zones, without a network. Import what you need from the modules."""
