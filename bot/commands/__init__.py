"""The command line, one module for each group of commands. `bot.__main__` puts them together."""
