"""What is written down of a consultation: the record itself, the message to the GP practice, and the papers made from it."""
