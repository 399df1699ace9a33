"""Benchmarks: how fast, how large, and how Citespan stands beside other systems."""
