#!/bin/sh
# The examples, as a pharmacist and a vendor would run them. Needs nothing but pharmacyfirst on PATH. Practice data only.
set -eu
case $0 in */*) cd "${0%/*}" ;; esac

DAY=2026-11-21

heading() {
    printf '\n\n== %s ==\n' "$1"
}

run() {
    printf '\n$ pharmacyfirst %s\n\n' "$*"
    pharmacyfirst "$@"
}

heading 'A urinary infection: a medicine may be offered, and why'
run assess uncomplicated-uti uti-supply.json --as-of $DAY

heading 'A child of 6 with a sore throat and a penicillin allergy: the dose goes by weight'
run assess acute-sore-throat sore-throat.json --as-of $DAY

heading 'Sepsis suspected: an emergency waits for no other answer'
run assess uncomplicated-uti uti-emergency.yaml --as-of $DAY

heading 'Answers are missing: nothing is decided, and the next questions are named'
run assess acute-sore-throat sore-throat-unknown.json --as-of $DAY

heading 'The same for a program: the JSON of the first consultation'
run assess uncomplicated-uti uti-supply.json --as-of $DAY --json

heading 'Many consultations, one a line; the fourth is wrong, the others are answered all the same'
run assess --jsonl consultations.jsonl || printf '\nexit status %s, because of the bad line\n' $?

heading 'A consultation in the terminal; here the answers are piped in'
printf '%s\n' no no back '?' no maybe yes |
    run consult uncomplicated-uti --as-of $DAY
