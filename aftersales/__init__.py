"""After-sales (售后): what buyers ask back, how the shop answers, what returns, and how each of them ends."""
