"""Payment links: whoever has one pays what its order owes, in whatever browser, and learns nothing else of it."""
