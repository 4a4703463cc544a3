#!/bin/sh
# A copy of the store and of the accounts, each gone through whole, into a folder of today. The anchor of the copy goes to another
# folder, which is on another disk or machine: it tells later whether an end was cut off. Nothing is written over, nothing is taken away.
#
#     PHARMACYFIRST_STORE=/var/lib/pharmacyfirst COPIES=/mnt/copies ANCHORS=/mnt/elsewhere backup.sh
set -eu
umask 077
program=${PHARMACYFIRST:-pharmacyfirst}
day=$(date -u +%Y-%m-%dT%H%M%SZ)

mkdir -p "$COPIES" "$ANCHORS"
mkdir "$COPIES/$day"
$program store backup "$COPIES/$day/store.sqlite" --store "$PHARMACYFIRST_STORE" >"$COPIES/$day/said"
sed -n 's/^Copied. Keep this apart from the copy: //p' "$COPIES/$day/said" >"$ANCHORS/$day.anchor"
test -s "$ANCHORS/$day.anchor"
# The accounts: in a file, or with the store in PostgreSQL.
if [ -e "$PHARMACYFIRST_STORE/people.sqlite" ] || [ -e "$PHARMACYFIRST_STORE/database.json" ]; then
    $program people backup "$COPIES/$day/people.sqlite" --data "$PHARMACYFIRST_STORE" >>"$COPIES/$day/said"
fi
for file in pharmacy.json database.json; do
    [ ! -e "$PHARMACYFIRST_STORE/$file" ] || cp -p "$PHARMACYFIRST_STORE/$file" "$COPIES/$day/$file"
done
ln -sfn "$day" "$COPIES/newest"
echo "Copied to $COPIES/$day"
