"""What the tests of this folder share."""

from shipped import plans_are_made_once, usual_answers_are_read_once  # noqa: F401  # every test here has them
