"""How fast the bot is, beside others and on the same machine: `python -m tests.bench`. Not run by pytest."""
