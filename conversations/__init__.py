"""The conversations themselves: pure Python, no I/O, no clock, no Telegram, no SQL; only the desk awaits (its ports)."""
