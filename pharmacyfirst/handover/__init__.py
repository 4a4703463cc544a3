"""Identity without typing: what another system hands over, what is pasted, what a scanner reads. Nothing of it answers a question."""
