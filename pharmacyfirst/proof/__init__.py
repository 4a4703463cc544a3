"""Evidence that the content says what it means."""
