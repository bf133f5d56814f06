# Whatever is wrong with what comes in: a line with its place and reason, exit 3 (2 for the command line), the good rows
# kept, the bad ones in the rejects file; and nothing that comes in makes the program crash or grow past a limit.
. "$(dirname "$0")/lib.sh"

# Address space is measured on a build without sanitizers, which reserve terabytes of it.
MEMORY_MAX_MB=256
PLAIN=
for program in "${HEALTHCODE_PLAIN:-}" "$SOURCE/build/healthcode" "$HEALTHCODE"; do
	if [ -x "$program" ] && ! grep -qa __asan_init "$program"; then PLAIN=$program && break; fi
done
within_memory() {
	if [ -n "$PLAIN" ]; then (ulimit -v $((MEMORY_MAX_MB * 1024)) && exec "$PLAIN" "$@"); else "$HEALTHCODE" "$@"; fi
}
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
"$HEALTHCODE" --data "$FOLDER/store" init --pack "$SOURCE/packs/hangzhou-2020" --clock 2020-03-20T08:00:00+08:00 2>/dev/null
cp -r "$FOLDER/store" "$FOLDER/strict"

# one_line PLACE: stderr is one line that begins with the place and goes on with a reason
one_line() {
	is 1 "$(wc -l <"$FOLDER/err")" "in one line"
	grep -qE "^$1: .{4}" "$FOLDER/err" || fail "wanted $1: reason, got $(cat "$FOLDER/err")"
	ok "with place and reason: $(sed "s|$FOLDER/||" "$FOLDER/err")"
}

for serial in 1 2 3 4 5 6 7 8 9; do people[serial]=$(id_number 330110 19900101 10$serial); done
AT=2020-03-01T12:00:00+08:00
row() { echo "$1,居民,13800000001,${3:-330110},${2:-$AT}"; }

# Rows of CSV.
HEADING=id_number,name,phone,division,applied_at
{
	echo $HEADING
	row "${people[1]}"
	row "${people[2]:0:17}$([ "${people[2]:17}" = 0 ] && echo 1 || echo 0)"
	row "${people[3]}" 2020-02-30T12:00:00+08:00
	row "${people[4]}" $AT 999999
	echo "${people[5]},居民,13800000001,330110"
	echo "${people[6]},\"居民,13800000001,330110,$AT"
	printf '%s,\xff\xfe,13800000001,330110,%s\n' "${people[7]}" $AT
	row "${people[8]}"
	row "${people[9]}" | head -c 40 # the file is cut off
} >"$FOLDER/residents.csv"
exits 3 "a file with good and bad rows" "$HEALTHCODE" --data "$FOLDER/store" --json import residents "$FOLDER/residents.csv" --rejects "$FOLDER/rejects.csv"
is "9 2 0 0 7" "$(jq -r '"\(.read) \(.new) \(.changed) \(.unchanged) \(.rejected)"' "$FOLDER/out")" "the good rows are in, and the totals add up"
is 7 "$(wc -l <"$FOLDER/err")" "a line for each bad row"
file=$FOLDER/residents.csv
for place in 3:1 4:46 5:39 6:1 7:20 8:20 10:1; do
	grep -qE "^$file:$place: .{4}" "$FOLDER/err" || fail "nothing is said of $place: $(cat "$FOLDER/err")"
	ok "it says what is wrong at $(grep -m1 "^$file:$place:" "$FOLDER/err" | sed "s|^$file:||")"
done
for person in "${people[1]}" "${people[8]}"; do exits 0 "a good row's person is there" "$HEALTHCODE" --data "$FOLDER/store" person show "$person"; done
is 8 "$(wc -l <"$FOLDER/rejects.csv")" "the bad rows are in the rejects file, under the heading"
holds "as they came" cmp <(sed '2d;9d' "$file" && echo) "$FOLDER/rejects.csv"
is 600 "$(stat -c %a "$FOLDER/rejects.csv")" "which only its owner reads"
{
	echo $HEADING
	for serial in 2 3 4 5 6 7 9; do row "${people[serial]}"; done
} >"$FOLDER/mended.csv"
is "residents: 7 new, 0 changed, 0 unchanged, 0 rejected" "$(H import residents "$FOLDER/mended.csv")" "mended, the rejected rows are taken"
exits 3 "strict refuses the file" "$HEALTHCODE" --data "$FOLDER/strict" import residents "$file" --strict
exits 1 "and keeps nothing of it" "$HEALTHCODE" --data "$FOLDER/strict" person show "${people[1]}"
sed 's/phone/telephone/' "$file" >"$FOLDER/heading.csv"
exits 3 "a heading with an unknown column" "$HEALTHCODE" --data "$FOLDER/store" import residents "$FOLDER/heading.csv"
one_line "$FOLDER/heading.csv:1:16"
: >"$FOLDER/empty.csv"
exits 3 "an empty file" "$HEALTHCODE" --data "$FOLDER/store" import residents "$FOLDER/empty.csv"
one_line "$FOLDER/empty.csv:1:1"
head -c 100000 /dev/urandom >"$FOLDER/noise"
exits 3 "noise" "$HEALTHCODE" --data "$FOLDER/store" import residents "$FOLDER/noise"

# JSON lines.
checkin() { echo "{\"id_number\":\"${people[$1]}\",\"at\":\"2020-03-0$2T20:00:00+08:00\",\"temperature_c\":${3:-36.5}}"; }
{
	checkin 1 2
	echo '{"id_number":"'
	checkin 1 3 99
	echo '["a","list"]'
	echo '{"id_number":{"an":"object"}}'
	checkin 1 4 '36.5,"temperature_c":36.6'
	printf '{"id_number":' && head -c 200000 /dev/zero | tr '\0' '[' && echo
	checkin 1 5 '36.5,"blood":"A"'
	checkin 1 6
} >"$FOLDER/checkins.jsonl"
exits 3 "JSON lines, some bad, one nested two hundred thousand deep" "$HEALTHCODE" --data "$FOLDER/store" --json import checkins "$FOLDER/checkins.jsonl" --rejects "$FOLDER/rejects.jsonl"
is "9 2 0 0 7" "$(jq -r '"\(.read) \(.new) \(.changed) \(.unchanged) \(.rejected)"' "$FOLDER/out")" "the good ones are in, and the totals add up"
for line in 2 3 4 5 6 7 8; do grep -qE "^$FOLDER/checkins.jsonl:$line:[0-9]+: .{4}" "$FOLDER/err" || fail "nothing is said of line $line: $(cat "$FOLDER/err")"; done
is 7 "$(wc -l <"$FOLDER/err")" "a line for each bad one, with line and column"
holds "the rejects are as they came" cmp <(sed '1d;9d' "$FOLDER/checkins.jsonl") "$FOLDER/rejects.jsonl"

# Lines without an end.
endless() { head -c "$1" /dev/zero | tr '\0' "$2"; }
# Ten gigabytes, of a file that takes no room; who reads no further lets go of the pipe.
truncate -s 10000000000 "$FOLDER/hole"
ten_gigabytes() { cat "$FOLDER/hole" 2>/dev/null || true; }
person=$(id_number 330110 19910101 101)
{ echo $HEADING && row "${people[1]}" && endless 1000000 a && ten_gigabytes && echo && row "$person"; } |
	exits 3 "a line of ten gigabytes is refused within $MEMORY_MAX_MB MiB" within_memory --data "$FOLDER/store" import residents -
is "residents: 1 new, 0 changed, 1 unchanged, 1 rejected" "$(cat "$FOLDER/out")" "what stands before and after it is taken"
one_line "standard input:3:[0-9]+"
{ checkin 1 9 && printf '{"id_number":"' && ten_gigabytes && echo && checkin 1 9 36.6; } |
	exits 3 "so is one of JSON" within_memory --data "$FOLDER/store" import checkins -
is "checkins: 1 new, 1 changed, 0 unchanged, 1 rejected" "$(cat "$FOLDER/out")" "what stands before and after it is taken"
one_line "standard input:2:[0-9]+"
{ cat "$SOURCE/tests/data/hl7v2/valid.hl7" && printf '\rMSH|^~\\&|' && ten_gigabytes && printf '\r' && cat "$SOURCE/tests/data/hl7v2/valid.hl7"; } |
	exits 3 "a message of HL7" within_memory --data "$FOLDER/store" import labs -
is "labs: 1 new, 0 changed, 1 unchanged, 1 rejected" "$(cat "$FOLDER/out")" "what stands before and after it is taken"
one_line "standard input:[0-9]+:[0-9]+"
{ printf '{"resourceType":"Bundle","id":"' && ten_gigabytes; } |
	exits 3 "and a bundle of FHIR" within_memory --data "$FOLDER/store" import labs -
one_line "standard input:1:[0-9]+"
{ printf "UNB+UNOA:4+CA+CNADAPIS:ZZ+200324:1015+1++APIS'" && ten_gigabytes; } |
	exits 3 "a passenger list is refused with its first 4 MiB" within_memory --data "$FOLDER/store" import flights -
one_line "standard input:[0-9]+:[0-9]+"
rm "$FOLDER/hole"
{ echo $HEADING && row "${people[1]}" && endless 200000000 '"'; } |
	exits 3 "so are quotes without an end" within_memory --data "$FOLDER/store" import residents -
one_line "standard input:3:[0-9]+"
{ checkin 1 7 && printf '{"id_number":"' && endless 200000000 a && echo && checkin 1 8; } |
	exits 3 "and JSON without an end" within_memory --data "$FOLDER/store" import checkins -
is "checkins: 2 new, 0 changed, 0 unchanged, 1 rejected" "$(cat "$FOLDER/out")" "what stands before and after it is taken"

# Rules, numbers and times on the command line.
echo '{"and": [true, {"if": [' >"$FOLDER/rule.json"
echo '{}' >"$FOLDER/data.json"
exits 3 "a rule that is cut off" "$HEALTHCODE" rule run "$FOLDER/rule.json" --data "$FOLDER/data.json"
one_line "$FOLDER/rule.json:[0-9]+:[0-9]+"
printf '{"and": [true,\n  {"wenn": [true]}]}\n' >"$FOLDER/rule.json"
exits 3 "an operator that is none" "$HEALTHCODE" rule run "$FOLDER/rule.json" --data "$FOLDER/data.json"
one_line "$FOLDER/rule.json:2:[0-9]+"
for i in $(seq 50000); do printf '{"!":['; done >"$FOLDER/rule.json"
exits 3 "a nested bomb for a rule" within_memory rule run "$FOLDER/rule.json" --data "$FOLDER/data.json"
one_line "$FOLDER/rule.json:1:[0-9]+"
echo '{"!": [true]}' >"$FOLDER/rule.json"
endless 10000000 '[' >"$FOLDER/data.json"
exits 3 "and one for its data" within_memory rule run "$FOLDER/rule.json" --data "$FOLDER/data.json"
one_line "$FOLDER/data.json:1:[0-9]+"
exits 2 "a moment that is none" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-02-30 explain "${people[1]}"
is 1 "$(wc -l <"$FOLDER/err")" "in one line"
exits 3 "an ID number that is none" "$HEALTHCODE" --data "$FOLDER/store" explain "33011019900101"
is 1 "$(wc -l <"$FOLDER/err")" "in one line"

# Codes and pictures.
H trust export >"$FOLDER/trust"
H --now 2020-03-20T08:00:00+08:00 code issue "${people[1]}" --pack hangzhou-2020 --png "$FOLDER/code.png" >/dev/null
code=$(H --now 2020-03-20T08:00:00+08:00 code issue "${people[1]}" --pack hangzhou-2020)
verify() { # EXIT SENTENCE CODE
	exits "$1" "$2" within_memory --now 2020-03-20T08:00:10+08:00 code verify "$3" --trust "$FOLDER/trust"
}
verify 0 "a sound code" "$code"
verify 0 "a sound picture" "$FOLDER/code.png"
verify 3 "a code that is cut off" "${code:0:100}"
one_line "code(:1:[0-9]+)?"
verify 3 "a letter that base45 has not" "HC1:${code:4:50}?${code:55}"
one_line "code(:1:[0-9]+)?"
verify 3 "a code of other letters" "HC1:HELLO"
bomb=$(python3 - <<'PY'
import zlib
letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
data = zlib.compress(bytes(2500000), 9)
text = ""
for i in range(0, len(data) - 1, 2):
    n = data[i] * 256 + data[i + 1]
    text += letters[n % 45] + letters[n // 45 % 45] + letters[n // 2025]
if len(data) % 2:
    text += letters[data[-1] % 45] + letters[data[-1] // 45]
print("HC1:" + text)
PY
)
verify 3 "a code that inflates to a thousand times its size" "$bomb"
one_line "code(:1:[0-9]+)?"
head -c 500 "$FOLDER/code.png" >"$FOLDER/cut.png"
verify 3 "a picture that is cut off" "$FOLDER/cut.png"
one_line "$FOLDER/cut.png(:[0-9]+:[0-9]+)?"
python3 - >"$FOLDER/huge.png" <<'PY'
import struct, sys, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)) +
    chunk(b"IDAT", zlib.compress(bytes(1000000))) + chunk(b"IEND", b""))
PY
verify 3 "a picture of 3.6 gigapixels" "$FOLDER/huge.png"
one_line "$FOLDER/huge.png(:[0-9]+:[0-9]+)?"
head -c 100 "$FOLDER/trust" >"$FOLDER/cut-trust"
exits 3 "a trust list that is cut off" "$HEALTHCODE" code verify "$code" --trust "$FOLDER/cut-trust"
one_line "$FOLDER/cut-trust(:[0-9]+:[0-9]+)?"
[ -n "$PLAIN" ] || echo "memory was not limited: $SOURCE/build/healthcode is no build without sanitizers"
exits 0 "after all that the ledger verifies" "$HEALTHCODE" --data "$FOLDER/store" ledger verify
