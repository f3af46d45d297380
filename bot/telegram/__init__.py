"""Telegram: raw updates into Incoming, screens into Bot API calls, its errors into ours, polling and webhook."""
