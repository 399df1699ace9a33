"""Words too common to say what a text or a question is about. Pure: the one list, which each use takes as it needs.

The rows of a BM25 index are made with it: another list is another index.
"""

from __future__ import annotations

STOPWORDS = frozenset(
    "a an and are as at be been but by did do does for from had has have he her his how i if in into is it its of on "
    "or s she such t that the their them then there these they this to was were what when where which who whom whose "
    "why will with would you".split()
)
"""English. The letters are what is left of "it's" and "don't"."""
