"""All that is known about a case, on one page to print."""
