"""The embedded Telegram: a small, strict Bot API server with a control API, for demo and tests."""
