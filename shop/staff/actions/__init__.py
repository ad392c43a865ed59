"""The buttons of a subject's page: each a row, a form, and one view for all of them. What they do is a verb's."""
