#!/bin/bash
# A cluster of which all nodes have crashed, brought back as a careful person keeps it in a script: all positions at once, the
# highest begins, the others join at once. No lease, no journal, no second look, no comparison of histories or rows.
#   recover-by-hand.sh FOLDER ACCOUNT NODE…
# FOLDER has the socket of a service manager, and of each node its my.cnf, start.cnf and data. Prints who was begun with.
set -euo pipefail
folder=$1 account=$2
shift 2

position() {
  mariadbd --defaults-file="$folder/$1/my.cnf" ${account:+--user="$account"} --disable-log-error --skip-networking \
    --socket="$folder/$1/recover" --pid-file="$folder/$1/recover.pid" --wsrep-recover 2>&1 |
    sed -n 's/.*WSREP: Recovered position: //p' | tail -n 1 >"$folder/$1.position"
}
start() {
  printf '[mariadbd]\n%s\n' "wsrep_start_position=$(<"$folder/$1.position")" "${@:2}" >"$folder/$1/start.cnf"
  curl --silent --fail --unix-socket "$folder/manager" "http://manager/$1/start"
  : >"$folder/$1/start.cnf"
}
synced() {
  until [[ $(mariadb --defaults-file="$folder/$1/my.cnf" --batch --skip-column-names \
    --execute="SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null) == *Synced ]]; do sleep 0.05; done
}

for node; do position "$node" & done
wait
first='' highest=-1
for node; do
  seqno=$(cut -d : -f 2 "$folder/$node.position" | cut -d , -f 1)
  if ((seqno > highest)); then first=$node highest=$seqno; fi
done
state=$folder/$first/data/grastate.dat
marked=$(sed 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' "$state")
printf '%s\n' "$marked" >"$state"
start "$first" wsrep_new_cluster=ON
for node; do
  [[ $node == "$first" ]] || { rm -f "$folder/$node/data/gvwstate.dat" && start "$node" & }
done
wait
for node; do synced "$node"; done
echo "$first"
