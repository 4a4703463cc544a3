"""What the tests of the audit share."""

from shipped import plans_are_made_once  # noqa: F401  # every test here has it
