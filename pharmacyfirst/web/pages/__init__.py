"""The pages of the form, a module a page: what it shows, and what becomes of what is posted to it."""
