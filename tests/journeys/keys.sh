# Keys change every day without a gap, and what should not count any more is revoked: a key, one code, a person's codes.
. "$(dirname "$0")/lib.sh"

H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
T=2020-03-20
one=$(id_number 330102 19800101 001) other=$(id_number 330102 19810101 002)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$one,李雷,13800000001,330102,2020-03-01T12:00:00+08:00
$other,韩梅梅,13800000002,330102,2020-03-01T12:00:00+08:00
CSV
exits 0 "a store" H init --pack "$SOURCE/packs/hangzhou-2020" --clock ${T}T08:00:00+08:00
exits 0 "two people" H import residents "$FOLDER/residents.csv"
issue() { H --now "$2" code issue "$1" --pack hangzhou-2020; }
cause() { "$HEALTHCODE" --now "$2" --json code verify "$1" --trust "$FOLDER/$3" | jq -r '.cause // "valid"' || true; }

H --now ${T}T08:00:00+08:00 trust export >"$FOLDER/first"
today=$(issue "$one" ${T}T08:00:10+08:00)
is valid "$(cause "$today" ${T}T08:00:20+08:00 first)" "today's code counts by the list of this morning"
late=$(issue "$one" 2020-03-27T07:59:00+08:00)
is valid "$(cause "$late" 2020-03-27T07:59:10+08:00 first)" "and so does a code of next Friday, by a list that is as old as it may be"
H key list >"$FOLDER/keys"
holds "eight days have a key each" test "$(wc -l <"$FOLDER/keys")" -ge 8
is "$(wc -l <"$FOLDER/keys")" "$(cut -d' ' -f1 "$FOLDER/keys" | sort -u | wc -l)" "no two alike"

key=$(H --json key list | jq -r --arg now ${T}T08:00:30+08:00 'select(.from <= $now and $now < .to) | .key' | tail -1)
exits 0 "a key that may have been taken is revoked" H --now ${T}T08:00:30+08:00 key revoke "$key"
H --now ${T}T08:00:31+08:00 trust export >"$FOLDER/second"
is revoked "$(cause "$today" ${T}T08:00:40+08:00 second)" "its codes count no more"
is valid "$(cause "$(issue "$one" ${T}T08:00:40+08:00)" ${T}T08:00:45+08:00 second)" "another key signs at once, and the list knows it"
exits 1 "a key that is not there cannot be revoked" H key revoke 0000000000000000
exits 2 "nor one that is no key's name" H key revoke abc

mine=$(issue "$one" ${T}T09:00:00+08:00) hers=$(issue "$other" ${T}T09:00:00+08:00)
exits 0 "one code is revoked by its text" H --now ${T}T09:00:05+08:00 code revoke "$mine"
H --now ${T}T09:00:06+08:00 trust export >"$FOLDER/third"
is revoked "$(cause "$mine" ${T}T09:00:10+08:00 third)" "it counts no more"
is valid "$(cause "$hers" ${T}T09:00:10+08:00 third)" "another person's does"
exits 0 "all codes of a person are revoked" H --now ${T}T10:00:00+08:00 code revoke "$other" --pack hangzhou-2020
H --now ${T}T10:00:01+08:00 trust export >"$FOLDER/fourth"
is revoked "$(cause "$(issue "$other" ${T}T11:30:00+08:00)" ${T}T11:30:10+08:00 fourth)" "also one that is handed out an hour and a half later"
is valid "$(cause "$(issue "$other" ${T}T12:02:00+08:00)" ${T}T12:02:10+08:00 fourth)" "after two hours she has codes that count"
holds "the ledger has each act" test "$(H ledger show | grep -cE 'key.revoked|code.revoked')" -eq 3
exits 3 "what is no code cannot be revoked" H code revoke HC1:NONE

# A jurisdiction whose name is too long for its issuer's keys is refused before anything is made.
long=$(printf 'x%.0s' $(seq 57))
cp -r "$SOURCE/packs/ningbo-2020" "$FOLDER/$long"
exits 3 "no store is made for a name of 57 letters" "$HEALTHCODE" --data "$FOLDER/long" init --pack "$SOURCE/packs/hangzhou-2020" "$FOLDER/$long" --clock ${T}T08:00:00+08:00
holds "nor half of one" test ! -e "$FOLDER/long"
