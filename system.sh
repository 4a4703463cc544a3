#!/usr/bin/env bash
# Installs what pip cannot: the operating system's packages (apt) and browser tools (npm) that some tests need.
# The demo and most tests run without; a test that misses its part is skipped and names it.
set -euo pipefail

PACKAGES=(
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 # what WeasyPrint makes PDFs with
    fonts-liberation                                     # the letters of our documents
    poppler-utils                                        # what the tests look at PDFs with
    postgresql                                           # what the tests keep a store in
    systemd                                              # what reads the units of examples/operating
    nodejs                                               # what runs examples/form.mjs
    chromium                                             # what the tests look at pages with
    default-jdk-headless libgoogle-gson-java             # what runs examples/clients/Consultation.java
    mono-mcs libmono-system-web-extensions4.0-cil        # what compiles and runs examples/clients/Consultation.cs
)

missing=()
for package in "${PACKAGES[@]}"; do
    state=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) || true
    [[ $state == installed ]] || missing+=("$package")
done
# npm brings axe-core. Some makers of nodejs bring npm with it, and Debian's package of that name then cannot be installed.
command -v npm >/dev/null || missing+=(npm)

# axe-core judges pages in a browser; it lies in the checkout, where the tests look for it.
axe() {
    [[ -f .cache/npm/node_modules/axe-core/axe.min.js ]] && return
    echo "make system: installing axe-core"
    npm install --silent --ignore-scripts --no-save --prefix .cache/npm axe-core@4.14.1
}

if ((${#missing[@]} == 0)); then
    axe
    echo "make system: all is there."
    exit
fi
if ! command -v apt-get >/dev/null; then
    echo "make system: there is no apt-get here. Install by other means: ${missing[*]}" >&2
    exit 1
fi

root=()
((EUID == 0)) || root=(sudo)

# apt says a good deal when all is well; what it says is shown when it fails.
apt() {
    local said
    said=$(${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" 2>&1) || {
        echo "$said" >&2
        exit 1
    }
}

echo "make system: installing ${missing[*]}"
apt update
apt install --yes --no-install-recommends "${missing[@]}"
axe
