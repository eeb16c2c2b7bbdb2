#!/bin/sh
# demo.sh BUILD: the embedded API server and velella side by side, and an Application on them from nothing to gone. With KEEP=1
# both stay, and the KUBECONFIG line for one's own kubectl is printed.
build=$1
dir=$(mktemp -d /tmp/velella-demo.XXXXXX)
server= controller=
stop() {
    [ -z "$controller" ] || kill "$controller" 2>/dev/null
    [ -z "$controller" ] || wait "$controller" 2>/dev/null
    [ -z "$server" ] || kill "$server" 2>/dev/null
    [ -z "$server" ] || wait "$server" 2>/dev/null
    rm -rf "$dir"
}
trap 'stop; exit 130' INT TERM

"$build/velella-apiserver" --listen 127.0.0.1:0 --write-kubeconfig "$dir/kubeconfig" --kubelet >"$dir/apiserver.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    [ -s "$dir/kubeconfig" ] && break
    kill -0 $server 2>/dev/null || break
    sleep 0.05
done
if [ ! -s "$dir/kubeconfig" ]; then
    cat "$dir/apiserver.log"
    stop
    exit 1
fi
"$build/velella-demo" prepare "$dir/kubeconfig" contrib/crds || { stop; exit 1; }
KUBECONFIG="$dir/kubeconfig" "$build/velella" --metrics-addr=0 --health-addr=0 >"$dir/velella.log" 2>&1 &
controller=$!
"$build/velella-demo" play "$dir/kubeconfig" $controller
rc=$?
if [ $rc -eq 0 ]; then
    sed -n 's/.*startupMs=\([0-9]*\).*/It was ready to work \1 ms after its start./p' "$dir/velella.log"
else
    echo "velella's log:"
    tail -n 20 "$dir/velella.log"
fi
if [ -n "$KEEP" ] && [ $rc -eq 0 ]; then
    printf '\n5. The Application is created once more, and stays until you press Ctrl-C.\n\n'
    "$build/velella-demo" stay "$dir/kubeconfig"
    cat <<END

In another terminal:

    export KUBECONFIG=$dir/kubeconfig
    kubectl get applications,deployments
    kubectl apply -f contrib/sample.yaml
    tail -f $dir/velella.log

END
    wait $server
fi
began=$(date +%s)
stop
[ $rc -ne 0 ] || echo "Stopped cleanly after $(($(date +%s) - began)) s."
exit $rc
