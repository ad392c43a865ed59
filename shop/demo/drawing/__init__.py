"""Pictures of the demo: goods and slips of bank transfers, drawn by code."""
