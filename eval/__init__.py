"""Evaluation of Citespan against question sets: ``eval.run.evaluate`` tells the story."""
