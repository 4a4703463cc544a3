"""Builds into a wheel what makes starting fast: the content as plain data, and what is generated from it. An editable install has neither."""

import sys
from pathlib import Path
from tempfile import mkdtemp

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FastStart(BuildHookInterface):
    """Reads the content of the checkout or sdist that is built, which refuses to build where it is refused."""

    PLUGIN_NAME = "custom"

    def initialize(self, version, build_data):
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        try:
            from pharmacyfirst.fast.wheel import make
        finally:
            sys.path.remove(self.root)
        made = Path(mkdtemp())
        make(root / "pathways", made)
        build_data["force_include"].update(
            {str(made / name): f"pharmacyfirst/shipped/{name}" for name in ("kept-content", "generated")}
        )
