"""The page of all cells, made from the cells: one table of them all, and a card for each."""

from .cards import FAMILIES, SIZES, card, drawing, family, gates, table

__all__ = ["FAMILIES", "SIZES", "card", "drawing", "family", "gates", "table"]
