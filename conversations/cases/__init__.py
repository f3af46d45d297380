"""The case: its values, its life, its money. Nothing here knows policy, messages or storage."""
