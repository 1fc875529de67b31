"""Making and measuring the index. Needs the development requirements; the bot never imports it."""
