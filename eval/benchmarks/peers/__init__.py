"""Citespan's reader beside Haystack's, on the same weights, passages and questions; see the README here."""
