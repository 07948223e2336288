"""Scalar parsers: one raw cell value in, one plain JSON-able value with at most one problem out."""
