"""The terms of after-sales, the reasons that buyers choose from, and where returns go."""
