#!/bin/sh
# What has to be looked at by a person, a line each; exit status 1 where there is anything. Run it every few minutes, and let its
# output reach somebody. It names nobody.
#
#     FORM=http://127.0.0.1:8080 NAME=pharmacy.example COPIES=/mnt/copies PHARMACYFIRST_STORE=/var/lib/pharmacyfirst watch.sh
set -u
program=${PHARMACYFIRST:-pharmacyfirst}
found=0
says() {
    echo "$1"
    found=1
}

# Behind its proxy the form answers what comes from there, for its name, over https: so asks this, from the same machine.
answers() {
    curl --silent --output /dev/null --max-time 10 --write-out '%{http_code}' \
        --header "Host: ${NAME:-127.0.0.1}" --header 'X-Forwarded-Proto: https' "$1"
}
if [ -n "${FORM:-}" ]; then
    [ "$(answers "$FORM/health")" = 200 ] || says "The form does not answer."
    [ "$(answers "$FORM/ready")" = 200 ] || says "The form is not ready: the log says why."
fi
if [ -n "${API:-}" ]; then
    [ "$(curl --silent --output /dev/null --max-time 10 --write-out '%{http_code}' "$API/ready")" = 200 ] || says "The API is not ready."
fi
if [ -n "${COPIES:-}" ]; then
    newest=$(find "$COPIES" -name store.sqlite -mmin -1560 | head -n 1)
    [ -n "$newest" ] || says "No copy was made within 26 hours."
fi
if [ -n "${PHARMACYFIRST_STORE:-}" ]; then
    $program store status --store "$PHARMACYFIRST_STORE" >/dev/null 2>&1 || says "Something has to be done before closing: pharmacyfirst store status says what."
    free=$(df --output=pcent "$PHARMACYFIRST_STORE" | tail -n 1 | tr -dc 0-9)
    [ "$free" -lt 90 ] || says "The disk of the store is $free % full."
fi
exit "$found"
