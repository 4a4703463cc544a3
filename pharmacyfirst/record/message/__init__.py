"""The message to the GP practice: its envelope and address, the bundle, and the rules that it is checked by."""
