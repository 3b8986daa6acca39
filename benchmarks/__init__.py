"""Comparisons that print ratios measured in one run."""
