"""Screens: what the conversations want to say, as text, entities and buttons in the reader's language. Sends nothing."""

from bot.screens.layout import render, speaker_line
from bot.screens.pages import pages
from bot.screens.screen import MAX_CAPTION, MAX_TEXT, MAX_TOAST, Button, Entity, Screen

__all__ = [
    "MAX_CAPTION",
    "MAX_TEXT",
    "MAX_TOAST",
    "Button",
    "Entity",
    "Screen",
    "pages",
    "render",
    "speaker_line",
]
