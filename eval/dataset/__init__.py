"""Question sets: reading them, in five formats, and checking them row by row."""

from eval.dataset.load import load_dataset
from eval.dataset.records import Dataset, Gold, Question, Trouble

__all__ = ["Dataset", "Gold", "Question", "Trouble", "load_dataset"]
