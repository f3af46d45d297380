"""Languages: which ones are shipped, which one suits a reader, and how a phrase reads in it. Knows no messenger."""

from locales.negotiation import Language, languages, negotiate, own_name
from locales.parts import Code, Moment, Part
from locales.rendering import plain, render

__all__ = ["Code", "Language", "Moment", "Part", "languages", "negotiate", "own_name", "plain", "render"]
