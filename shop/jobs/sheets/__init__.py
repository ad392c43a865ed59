"""Jobs made of sheets: an uploaded sheet is read and checked, looked at, confirmed, and done unit by unit.

A row keeps its cells, what it would do, and what became of it. What rows mean is said by a `SheetKind`.
"""
