"""Measures the delivery engine against what people use today: ``python -m tests.bench``."""
