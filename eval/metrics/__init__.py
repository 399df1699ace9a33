"""Measures as pure functions: each says its definition, its range and where it comes from."""
