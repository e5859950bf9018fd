#!/bin/bash
# A takeover as a careful person keeps it in a script, one client a step, without locks, journal or undo.
#   hand-script.sh FOLDER switchover FROM TO
#   hand-script.sh FOLDER failover DEAD REPLICA…
# FOLDER has SERVER.cnf, how to sign in to each server, and follow-SERVER.sql, how to make a replica of that one.
set -euo pipefail
folder=$1 act=$2
shift 2

on() { mariadb --defaults-file="$folder/$1.cnf" --batch --skip-column-names --execute="$2"; }
sequence() { echo "${1##*-}"; }
follow() { on "$1" "${3:-}STOP SLAVE; $(<"$folder/follow-$2.sql"); START SLAVE"; }
open='STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only=0'

case $act in
switchover)
  from=$1 to=$2
  position=$(on "$from" 'SET STATEMENT lock_wait_timeout=3 FOR SET GLOBAL read_only=1; SELECT @@gtid_binlog_pos')
  [[ $(on "$to" "SELECT MASTER_GTID_WAIT('$position', 30)") == 0 ]]
  on "$to" "$open"
  follow "$from" "$to" 'SET GLOBAL gtid_slave_pos=@@gtid_binlog_pos; '
  for server in "$folder"/*.cnf; do
    server=$(basename "$server" .cnf)
    [[ $server == "$from" || $server == "$to" ]] || follow "$server" "$to"
  done
  ;;
failover)
  dead=$1
  shift
  if on "$dead" 'DO 1' 2>/dev/null; then
    echo "$dead answers" >&2
    exit 1
  fi
  best='' position=''
  for replica; do
    received=$(mariadb --defaults-file="$folder/$replica.cnf" --execute='SHOW SLAVE STATUS\G' | sed -n 's/^ *Gtid_IO_Pos: //p')
    if [[ -z $best || $(sequence "$received") -gt $(sequence "$position") ]]; then best=$replica position=$received; fi
  done
  [[ $(on "$best" "STOP SLAVE IO_THREAD; SELECT MASTER_GTID_WAIT('$position', 30)") == 0 ]]
  on "$best" "$open"
  for replica; do [[ $replica == "$best" ]] || follow "$replica" "$best"; done
  ;;
esac
