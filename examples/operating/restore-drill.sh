#!/bin/sh
# Puts the newest copy into an empty folder, goes through all of it against the anchor that was kept apart, and takes the folder away
# again. A copy that nobody ever put back is a hope. Run it every month, best on another machine and with the next version of the program.
#
#     COPIES=/mnt/copies ANCHORS=/mnt/elsewhere restore-drill.sh
set -eu
umask 077
program=${PHARMACYFIRST:-pharmacyfirst}
day=$(readlink "$COPIES/newest")
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT

$program store restore "$COPIES/$day/store.sqlite" --store "$into" >/dev/null
$program store verify --store "$into" --anchor "$(cat "$ANCHORS/$day.anchor")"
if [ -e "$COPIES/$day/people.sqlite" ]; then
    cp "$COPIES/$day/people.sqlite" "$into/people.sqlite"
    $program people list --data "$into" >/dev/null
fi
echo "The copy of $day was put back and is whole"
