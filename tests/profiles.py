"""How many examples Hypothesis tries: `make test` a few, and always the same; `make thorough` the number it sets, from its seed."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = os.environ.get("PHARMACYFIRST_EXAMPLES")

settings.register_profile(
    "ours",
    max_examples=int(EXAMPLES or 60),
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,  # how fast this machine is says nothing about whether a pathway is safe
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("ours")
