#!/bin/sh
# A supply, an emergency and a message to the GP, on one screen. Training data only.
# `make demo` runs it with the environment it made; by hand it needs pharmacyfirst with its extra "record" on PATH.
set -eu
case $0 in */*) cd "${0%/*}" ;; esac

DAY=2026-11-21
PROGRAM=${PHARMACYFIRST:-pharmacyfirst} # how the closing lines call it, from the folder above

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# The outcome, its reason and the dose: the second paragraph of an answer, and the third as far as the cautions.
outcome() {
    said=$(pharmacyfirst assess "$@")
    printf '%s\n' "$said" | while IFS= read -r line; do
        case $line in
        '  caution '* | '  open item '* | 'Say to '* | 'Every criterion '*) break ;;
        'MAY BE SUPPLIED' | 'DIAL 999 NOW') shown=yes ;;
        esac
        [ -z "${shown-}" ] || [ -z "$line" ] || printf '    %s\n' "$line"
    done
}

echo 'A woman of 31 with a urinary infection'
outcome uncomplicated-uti uti-supply.json --as-of $DAY

printf '\nAnother woman, of whom sepsis is suspected: an emergency waits for no other answer\n'
outcome uncomplicated-uti uti-emergency.yaml --as-of $DAY

printf '\nWhat the GP practice is told of a supply, written and checked\n'
pharmacyfirst record message consultation-supply.json --mailbox X26HC001 --to "$made/message.xml" >"$made/said"
checked=$(pharmacyfirst record check "$made/message.xml")
printf '    The message %s\n' "${checked#*: }"

cat <<END

All of it is practice data, under a transcription that awaits clinical sign-off: nobody may be treated by it.
To try next, in this folder:
    $PROGRAM consult uncomplicated-uti
    $PROGRAM assess uncomplicated-uti examples/uti-supply.json --as-of $DAY
    $PROGRAM check
END
