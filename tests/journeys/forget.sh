# Movement is destroyed when its time is over; what was found in it before stays as it was.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
OLD=$(id_number 330110 19810101 011)
NEW=$(id_number 330110 19820101 011)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$CASE,居民一,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK
$OLD,居民二,13800002002,330110,2020-03-01T12:00:00+08:00,$PACK
$NEW,居民三,13800002003,330110,2020-03-01T12:00:00+08:00,$PACK
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
tea-house,venue,茶馆,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to
$CASE,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T12:00:00+08:00
$OLD,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T12:00:00+08:00
$CASE,tea-house,2020-03-11T09:00:00+08:00,2020-03-11T12:00:00+08:00
$NEW,tea-house,2020-03-11T09:00:00+08:00,2020-03-11T12:00:00+08:00
CSV
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at,isolated_at
N1,$CASE,confirmed,2020-03-10,2020-03-12T10:00:00+08:00,2020-03-12T12:00:00+08:00
CSV
store=$FOLDER/store
run() { "$HEALTHCODE" --data "$store" "$@"; }
run init --pack "$SOURCE/packs/$PACK" --clock 2020-04-06T12:00:00+08:00 >/dev/null
for kind in residents places stays cases; do run import $kind "$FOLDER/$kind.csv" >/dev/null; done
run evaluate >/dev/null
colour() { run --json explain "$1" --pack $PACK | jq -r .colour; }
before="$(colour "$OLD") $(colour "$NEW")"

holds "the store is whole" run check
is 0 "$(run --json purge | jq .days)" "nothing is destroyed 28 days after the 9th, whose day isn't over 28 days yet"
is '{"days":1,"first":"2020-03-09","last":"2020-03-09"}' \
	"$(run --now 2020-04-07T00:00:01+08:00 --json purge | jq -c '{days, first, last}')" "a day later the 9th is destroyed"
is 0 "$(run --now 2020-04-07T00:00:01+08:00 --json purge | jq .days)" "once"
holds "what is left is whole" run check
holds "the ledger says so" grep -q 'retention.purged.*2020-03-09' <(run ledger show)
exits 3 "nothing is put into that day again" run import stays "$FOLDER/stays.csv"
holds "and the reason is given" grep -q '2020-03-09 was destroyed' "$FOLDER/err"
sed -i 's/2020-03-10,/2020-03-11,/' "$FOLDER/cases.csv"
run import cases "$FOLDER/cases.csv" >/dev/null
run evaluate >/dev/null
is "$before" "$(colour "$OLD") $(colour "$NEW")" "a contact that was found in it stands after the case was traced again"

file=$(find "$store/presence" -name '*.stays' | head -n 1)
[ -z "$file" ] || fail "few stays wait in the registry"
ok "few stays wait in the registry"

other=$FOLDER/elsewhere
apart() { "$HEALTHCODE" --data "$FOLDER/apart" --presence "file://$other" "$@"; }
apart init --pack "$SOURCE/packs/$PACK" --clock 2020-04-06T12:00:00+08:00 >/dev/null
for kind in residents places; do apart import $kind "$FOLDER/$kind.csv" >/dev/null; done
{
	echo id_number,place,from,to
	seq 0 4999 | awk -v person="$CASE" '{ printf "%s,tea-house,2020-03-11T%02d:%02d:%02d+08:00,2020-03-11T23:59:00+08:00\n", person, $1 / 600 + 9, $1 / 10 % 60, $1 % 10 }'
} >"$FOLDER/many.csv"
apart import stays "$FOLDER/many.csv" >/dev/null
holds "--presence puts the stays elsewhere" ls "$other"/2020-03-11-*.stays
holds "where they are whole" apart check
exits 4 "and missed without it" "$HEALTHCODE" --data "$FOLDER/apart" check
exits 2 "an engine that there is not is refused" "$HEALTHCODE" --data "$FOLDER/apart" --presence cluster://here check

# A day's key is kept aside and the day destroyed, while a server runs that has read it and keeps its log: no 32 bytes of the
# store, its live write-ahead log, what was logged, or a backup of before, closed or opened, are that key.
trap 'kill ${SERVER:-} 2>/dev/null || true; wait; rm -rf "$FOLDER"' EXIT
CANARY=$(find "$SOURCE"/build-test "$SOURCE"/build -name canary -type f -perm -u+x 2>/dev/null | head -n 1) || true
[ -n "$CANARY" ] || fail "tests/journeys/canary.c is not built"
STORE=$FOLDER/logged
logged() { "$HEALTHCODE" --data "$STORE" "$@"; }
logged init --pack "$SOURCE/packs/$PACK" --clock 2020-04-09T12:00:00+08:00 >/dev/null
for kind in residents places; do logged import $kind "$FOLDER/$kind.csv" >/dev/null; done
serve
answers 200 "a server runs" GET /v1/jurisdictions
sed -i "s/^$CASE/$NEW/" "$FOLDER/many.csv"
logged import stays "$FOLDER/many.csv" >>"$FOLDER/log" 2>&1
logged import stays "$FOLDER/stays.csv" >>"$FOLDER/log" 2>&1
logged import cases "$FOLDER/cases.csv" >>"$FOLDER/log" 2>&1
logged --json trace N1 >>"$FOLDER/log" 2>&1
key=day-stays-2020-03-11
"$CANARY" keep "$STORE/keys" $key "$FOLDER/aside"
logged backup "$FOLDER/backup" >>"$FOLDER/log" 2>&1
mkdir -m 700 "$FOLDER/opened" && cp -r "$STORE/keys" "$FOLDER/opened/keys"
"$HEALTHCODE" --data "$FOLDER/opened" restore "$FOLDER/backup" >>"$FOLDER/log" 2>&1
rm -r "$FOLDER/opened/keys" # what is left is what was in the backup
holds "the write-ahead log is live" test -s "$STORE/registry.db-wal"
everything=("$STORE" "$FOLDER/backup" "$FOLDER/opened" "$FOLDER/log" "$FOLDER/server")
search() { "$CANARY" search "$FOLDER/aside" $key "$@"; }
holds "the search finds the key where it is: in the key store, sealed" grep -q ' 0 raw, 1 unwrapped' <(search "${everything[@]}")
is "0 raw, 0 unwrapped" "$(search "$FOLDER/backup" "$FOLDER/opened" | cut -d' ' -f3-)" "a backup never had it"
is 2 "$(logged --now 2020-04-10T12:00:00+08:00 --json purge | tee -a "$FOLDER/log" | jq .days)" "both days are destroyed"
found=$(search "${everything[@]}")
is "0 raw, 0 unwrapped" "$(cut -d' ' -f3- <<<"$found")" "after a purge it is nowhere: ${found%% *} places were tried"
holds "they were many" test "${found%% *}" -gt 500000
