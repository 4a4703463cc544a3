"""Documents for people to read: HTML from strict templates, and tagged PDF from that HTML. Imports nothing of ours."""
