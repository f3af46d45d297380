"""The dialogs: each a list of steps that ask, take an answer, and know when they apply. Pure; the desk carries them."""
