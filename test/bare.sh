#!/bin/sh
# bare.sh [TARGET...]: shows that `make demo` and `make test` (or the targets given) work on a bare Debian 12: makes a clean root
# with debootstrap from this machine's own package source, puts a clone of this repository into it and runs them there as root.
# Needs root and debootstrap. The root is /tmp/velella-bare, or $ROOT.
set -eu
cd "$(dirname "$0")/.."
root=${ROOT:-/tmp/velella-bare}
[ "$(id -u)" = 0 ] || { echo "bare.sh needs root, for debootstrap and chroot"; exit 1; }
command -v debootstrap >/dev/null || apt-get -q install -y debootstrap >/dev/null
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true)
mirror=$(echo "$sources" | sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb *\(\[[^]]*\]\)* *\([^ ]*\) .*/\2/p' | head -n 1)
if [ ! -x "$root/bin/sh" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root" "$mirror" >/tmp/velella-bare.log 2>&1 || { tail /tmp/velella-bare.log; exit 1; }
    # How this machine reaches its package source: proxies and the like.
    grep -lE 'Proxy|Acquire' /etc/apt/apt.conf.d/* 2>/dev/null | while read -r f; do cp "$f" "$root/etc/apt/apt.conf.d/"; done
fi
cp /etc/resolv.conf /etc/hosts "$root/etc/"
for d in /etc/ssl /usr/local/share/ca-certificates; do
    if [ -d "$d" ]; then mkdir -p "$root$d" && cp -a "$d/." "$root$d/"; fi
done
rm -rf "$root/root/velella"
git clone -q . "$root/root/velella"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
trap 'umount "$root/proc" "$root/dev/pts" "$root/dev"' EXIT
# A fresh machine has make and nothing else of what velella needs.
chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c 'command -v make >/dev/null || { apt-get -q update && apt-get -q install -y --no-install-recommends make; }' >/tmp/velella-bare.log 2>&1 ||
    { tail /tmp/velella-bare.log; exit 1; }
for target in ${*:-demo test}; do
    echo "=== make $target, on a bare Debian 12"
    chroot "$root" sh -c "cd /root/velella && make $target"
done
