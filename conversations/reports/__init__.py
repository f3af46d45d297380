"""From a store's figures to what a seller reads: measures, comparisons, suggestions, and their screens. Pure."""
