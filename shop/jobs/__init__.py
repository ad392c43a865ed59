"""Jobs: one verb over many things in the background, with progress, a verdict each, and resume after a kill."""
