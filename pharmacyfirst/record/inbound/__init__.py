"""What comes in: referrals and GP records, read with tolerance, and what they suggest. Nothing here answers a question."""
