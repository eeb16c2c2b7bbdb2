#!/bin/sh
# deps.sh "PKG-CONFIG MODULES" "DEBIAN PACKAGES": returns at once where all is there; else installs the packages through apt when
# that is permitted (root, or sudo without a password), and otherwise says in one line what to install.
modules=$1 packages=$2
missing() {
    for m in $modules; do
        pkg-config --exists "$m" 2>/dev/null || { echo "$m"; return; }
    done
    for p in $packages; do
        dpkg -s "$p" >/dev/null 2>&1 || { echo "$p"; return; }
    done
}
# Elsewhere than on Debian only pkg-config and the compilers tell.
if ! command -v dpkg >/dev/null 2>&1; then packages=; fi
[ -n "$(missing)" ] || exit 0
if [ "$(id -u)" = 0 ]; then as=; elif sudo -n true 2>/dev/null; then as="sudo -n"; else as=no; fi
if [ "$as" = no ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "velella needs $(missing); on Debian: sudo apt-get install $2" >&2
    exit 1
fi
echo "installing what is missing (first: $(missing)) ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { $as apt-get -q update && $as apt-get -q install -y --no-install-recommends $packages; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "velella: apt-get could not install: $packages" >&2
    exit 1
fi
rm -f "$log"
