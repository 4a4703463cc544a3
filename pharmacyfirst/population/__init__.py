"""People made up with the shares of real ones, as far as those are known: who comes, what is recorded of them, and the faults planted in it."""
