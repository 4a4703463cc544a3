"""Where the branches of the kernel are measured. In these folders tests judge whole consultations by the thousand, and tracing each of
them would take longer than all the rest; every branch is reached by the tests of the other folders."""

from pathlib import Path

TESTS = Path(__file__).parent
NOT_MEASURED = {"proof", "record", "safety", "sending", "thorough"}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(TESTS) and item.path.relative_to(TESTS).parts[0] in NOT_MEASURED:
            item.add_marker("no_cover")
