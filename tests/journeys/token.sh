# Issuers' keys in a PKCS#11 token (SoftHSM2): made there, rotated, and destroyed there; a token that is away, locked or asked
# with a wrong PIN says so, and serves again once it is back.
. "$(dirname "$0")/lib.sh"

H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
mkdir "$FOLDER/tokens"
export SOFTHSM2_CONF=$FOLDER/softhsm2.conf
printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$FOLDER" >"$SOFTHSM2_CONF"
softhsm2-util --init-token --free --label healthcode --so-pin 12345678 --pin 246810 >/dev/null
(umask 077 && echo 246810 >"$FOLDER/pin")
module=/usr/lib/softhsm/libsofthsm2.so
token="pkcs11:token=healthcode?module-path=$module&pin-source=file:$FOLDER/pin"
keys() { pkcs11-tool --module "$module" --token-label healthcode --login --pin 246810 --list-objects --type privkey 2>/dev/null | grep -c 'label:' || true; }

one=$(id_number 330102 19800101 001)
printf 'id_number,name,phone,division,applied_at\n%s,李雷,13800000001,330102,2020-03-01T12:00:00+08:00\n' "$one" >"$FOLDER/residents.csv"
T=2020-03-20T08:00
init() { H init --pack "$SOURCE/packs/hangzhou-2020" --clock $T:00+08:00 "$@"; }
exits 4 "no store is made with a token that is not there" init --token "pkcs11:token=none?module-path=$module&pin-source=file:$FOLDER/pin"
holds "nothing of it" test ! -e "$FOLDER/store"
exits 2 "nor with a PIN on the command line" init --token "pkcs11:token=healthcode?module-path=$module&pin-value=246810"
exits 0 "a store whose keys are in a token" init --token "$token"
is "$token" "$(H key token)" "it says which"
holds "its keys are there" test "$(keys)" -ge 1
exits 0 "a person" H import residents "$FOLDER/residents.csv"
H --now $T:00+08:00 trust export >"$FOLDER/trust"
issue() { H --now "$1" code issue "$one" --pack hangzhou-2020; }
cause() { "$HEALTHCODE" --now "$2" --json code verify "$1" --trust "$FOLDER/$3" | jq -r '.cause // "valid"' || true; }
code=$(issue $T:10+08:00)
is valid "$(cause "$code" $T:20+08:00 trust)" "a code that the token signed counts"
is valid "$(cause "$(issue 2020-03-25T09:00:00+08:00)" 2020-03-25T09:00:10+08:00 trust)" "so does one of five days later, by the same list"
holds "eight days have keys in the token, and so has the list" test "$(keys)" -ge 9
before=$(keys)
exits 0 "the key is rotated" H --now $T:30+08:00 key rotate
is $((before + 1)) "$(keys)" "the next one is in the token too"
H --now $T:31+08:00 trust export >"$FOLDER/second"
is valid "$(cause "$code" $T:35+08:00 second)" "the code of before counts on"
is valid "$(cause "$(issue $T:40+08:00)" $T:45+08:00 second)" "and what the next key signs"
exits 0 "the store is whole" H check

# A copy is put back beside a copy of the key store; the token is wanted only to sign.
exits 0 "the store is copied" H backup "$FOLDER/copy"
holds "without the token's URI, as without any key" bash -c '! grep -aq pkcs11: "$1"' - "$FOLDER/copy"
mkdir "$FOLDER/other"
cp -r "$FOLDER/store/keys" "$FOLDER/other/keys"
R() { "$HEALTHCODE" --data "$FOLDER/other" "$@"; }
mv "$FOLDER/tokens" "$FOLDER/away"
mkdir "$FOLDER/tokens"
exits 0 "it is put back while the token is away" R restore "$FOLDER/copy"
exits 4 "which a check tells" R check
rmdir "$FOLDER/tokens"
mv "$FOLDER/away" "$FOLDER/tokens"
exits 0 "with the token it is whole" R check
is valid "$(cause "$(R --now $T:46+08:00 code issue "$one" --pack hangzhou-2020)" $T:47+08:00 second)" "and signs as before, with the same keys"
softhsm2-util --init-token --free --label new --so-pin 12345678 --pin 246810 >/dev/null
exits 0 "where the token is lost with its keys, another takes its place" R key token "${token/token=healthcode/token=new}"
exits 4 "and signs nothing with the lost one's keys" R --now $T:48+08:00 code issue "$one" --pack hangzhou-2020
holds "which it says" grep -q 'holds no key' "$FOLDER/err"
exits 4 "nor the list" R --now $T:48+08:00 trust export

(umask 077 && echo 111111 >"$FOLDER/pin")
exits 4 "with a wrong PIN nothing is signed" issue $T:50+08:00
holds "and it is told" grep -q 'the token refuses the PIN' "$FOLDER/err"
(umask 077 && echo 246810 >"$FOLDER/pin")
exits 0 "with the right one it is" issue $T:50+08:00
mv "$FOLDER/tokens" "$FOLDER/away"
mkdir "$FOLDER/tokens"
exits 4 "while the token is away nothing is signed" issue $T:51+08:00
holds "and it is told" grep -q 'the token is not there' "$FOLDER/err"
exits 4 "a check says so too" H check
rmdir "$FOLDER/tokens"
mv "$FOLDER/away" "$FOLDER/tokens"
exits 0 "once it is back it signs again" issue $T:52+08:00

# A server outlives it.
STORE=$FOLDER/store
trap 'kill "$SERVER" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT
serve
ask GET /readyz
is 200 "$STATUS" "a server with its token is ready"
mv "$FOLDER/tokens" "$FOLDER/away"
mkdir "$FOLDER/tokens"
sleep 1.2
answers 503 "one whose token is away is not" GET /readyz
rmdir "$FOLDER/tokens"
mv "$FOLDER/away" "$FOLDER/tokens"
sleep 1.2
answers 200 "once it is back, it is, without a new start" GET /readyz
kill "$SERVER"
wait "$SERVER" || true

exits 0 "from now on without the token" H key token none
is none "$(H key token)" "it says so"
exits 4 "its keys cannot be used then" issue $T:55+08:00
holds "and it is told how they can" grep -q 'key token URI' "$FOLDER/err"
exits 0 "back to the token" H key token "$token"
exits 0 "it signs" issue $T:55+08:00
holds "the ledger has each change" test "$(H ledger show | grep -c 'key.token')" -eq 2
