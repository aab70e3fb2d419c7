"""Spans of whole numbers."""

from spans.merging import covered, merge
from spans.span import Span

__all__ = ["Span", "covered", "merge"]
