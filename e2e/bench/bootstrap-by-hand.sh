#!/bin/sh
# A first copy as one would pipe it by hand. The network is standard output of the one and standard input of the other.
#   send OPTIONS WORK      mariadb-backup | zstd
#   receive DIRECTORY      zstd -d | mbstream, then prepare
set -eu
case "$1" in
  send)
    mariadb-backup --defaults-file="$2" --backup --stream=mbstream --target-dir="$3" 2>"$3.log" | zstd -q -1 -c
    ;;
  receive)
    zstd -q -d -c | mbstream -x -C "$2"
    mariadb-backup --no-defaults --prepare --target-dir="$2" >"$2.log" 2>&1
    ;;
esac
