"""Timed comparisons: `python -m benchmarks`."""
