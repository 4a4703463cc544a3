"""What clinical safety reviewers read and sign, made from the content: words only, laid out by the templates."""
