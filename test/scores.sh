#!/bin/sh
# scores.sh BUILD: asks the scorers of ../shared, where they are, and holds the figures against test/floors, which only rise.
build=$1
failed=0
if [ ! -d ../shared/check ]; then
    echo "skipped: ../shared/check is not there"
    exit 0
fi
command -v python3 >/dev/null || { echo "python3 is needed for the scorers"; exit 1; }
# floor NAME FIGURE: NAME's line in test/floors is the least that FIGURE may be.
floor() {
    least=$(sed -n "s/^$1 //p" test/floors)
    if awk "BEGIN { exit !($2 >= $least) }"; then echo "$1: $2 (floor $least)"; else
        echo "$1: $2 is below its floor, $least"
        failed=1
    fi
}
figure() { sed -n "s/.*$1 \([0-9.]*\) %.*/\1/p" | tail -n 1; }

out=$(../shared/check/render-score "$build/velella" --first 0) || { echo "$out" | tail -n 3; failed=1; }
floor render-objects "$(echo "$out" | figure 'objects')"
floor render-errors "$(echo "$out" | figure 'error')"
out=$(../shared/check/cue-score "$build/velella" --first 0) || { echo "$out" | tail -n 3; failed=1; }
floor cue-json "$(echo "$out" | figure 'cue: json')"
floor cue-errors "$(echo "$out" | figure 'error')"
config=$(mktemp)
"$build/velella-apiserver" --listen 127.0.0.1:0 --write-kubeconfig "$config" --token score-token >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -f "$config"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$config" ] && break; sleep 0.3; done
address=$(sed -n 's#.*server: *"*https://\([^"/]*\).*#\1#p' "$config")
out=$(../shared/check/apiserver-score "$address" score-token --first 0) || { echo "$out" | tail -n 3; failed=1; }
floor apiserver "$(echo "$out" | figure 'apiserver:')"
exit $failed
