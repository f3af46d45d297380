"""Storage: what the desk and the workers keep, on SQLite or PostgreSQL, behind the ports of `conversations.ports`."""
