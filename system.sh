#!/usr/bin/env bash
# Installs what pip cannot: the operating system's packages (apt) and browser tools (npm) that some tests need.
# The demo and most tests run without; a test that misses its part is skipped and names it.
set -euo pipefail

echo "make system: nothing is needed yet."
