"""Case files: one PDF by typst, the record as JSON, and the exhibits, for each reader as they may see them.

Imports nothing here: the press is a process of its own, and is to start quickly.
"""
