"""Where the shop brings goods itself: the list of provinces, cities and districts, and the page that edits it."""
