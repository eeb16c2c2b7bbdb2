#!/bin/sh
# cue_run.sh BUILD: a render of `webservice` beside the Go evaluator that vela-core links, in process and as a cold process, and how
# cost grows. What needs Go or ../shared is told of in one line and left out where they are missing. Nothing it builds is committed.
build=$(cd "$1" && pwd) shared=$(cd .. && pwd)/shared
peer=$shared/bench/cue-render definition=$shared/upstream/definitions/webservice.yaml
ROUNDS=${ROUNDS:-300} work=$build/bench-render
mkdir -p "$work"

growth() {
    echo
    timeout 300 "$build/test/bench/cue_linear"
}
for needed in "$peer/main.go" "$definition"; do
    [ -f "$needed" ] || { echo "bench-render: $needed is missing: no comparison"; growth; exit; }
done
command -v go >/dev/null || { echo "bench-render: go is missing: no comparison"; growth; exit; }

# build NAME DIR PACKAGE: builds into $work/NAME unless it is there.
build() {
    [ -x "$work/$1" ] || (cd "$2" && timeout 300 go build -o "$work/$1" "$3") >"$work/$1.log" 2>&1 ||
        { echo "bench-render: building $1 failed: $(tail -1 "$work/$1.log")"; return 1; }
}
mkdir -p "$work/peer" "$work/command"
cp "$peer"/main.go "$peer"/go.mod "$peer"/go.sum "$work/peer/"
build cuerender "$work/peer" . || exit 1
if [ ! -x "$work/cue" ]; then
    (cd "$work/command" && rm -f go.mod go.sum && go mod init bench && go get cuelang.org/go/cmd/cue@v0.9.2 golang.org/x/tools@v0.30.0) \
        >"$work/command.log" 2>&1
fi

# figure LINE KEY
figure() { echo "$1" | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "1/%.1f", a / b }'; }
echo "| one render in process ($ROUNDS rounds) | Go | velella | ratio | |"
echo '|---|---|---|---|---|'
for turn in 1 2 3; do
    theirs=$(timeout 100 "$work/cuerender" "$definition" "$peer/webservice.json" "$ROUNDS") || exit 1
    ours=$(timeout 100 "$build/test/bench/cue_render" "$definition" "$peer/webservice.json" "$ROUNDS") || exit 1
    for key in ns bytes allocs; do
        a=$(figure "$theirs" ${key}_per_render) b=$(figure "$ours" ${key}_per_render)
        echo "| turn $turn: $key | $a | $b | $(ratio "$a" "$b") | $([ $key = allocs ] || echo 'target 1/30') |"
    done
done

build cue "$work/command" cuelang.org/go/cmd/cue || { growth; exit; }
cold=$work/cold.cue
{
    awk '/^      template: \|/ { t = 1; next } t && /^  ? ? ? ?[^ ]/ { t = 0 } t { sub(/^        /, ""); print }' "$definition"
    echo "parameter: $(cat "$peer/webservice.json")"
    sed -n 's/^const context = `\(.*\)`$/\1/p' "$peer/main.go"
} >"$cold"
static=build-static/velella
set -- "$work/cue export $cold -e output" "$build/velella cue export $cold -e output"
[ -x $static ] && set -- "$@" "$static cue export $cold -e output" || echo 'bench-render: no build-static/velella: make static first' >&2
lines=$(timeout 200 "$build/test/bench/cue_cold" 21 "$@") || { growth; exit 1; }
echo
echo '| cold process, median of 21 | wall µs | ratio | peak RSS kB | ratio | |'
echo '|---|---|---|---|---|---|'
echo "$lines" | awk 'BEGIN { split("cue 0.9.2,velella (target 1/4 and 1/3),static (target 1/8 of both)", n, ",") }
    NR == 1 { us = $1; kb = $2 } { printf "| %s | %d | 1/%.1f | %d | 1/%.1f | |\n", n[NR], $1, us / $1, $2, kb / $2 }'
growth
