# A backup is made while the store serves, holds no key, and gives the same answers where it is put back; one that was cut short
# or changed is refused; whatever kills a backup or a restore, there is a whole one or none; and a day that was destroyed
# stays destroyed.
. "$(dirname "$0")/lib.sh"
trap 'kill ${SERVER:-} ${WRITER:-} 2>/dev/null || true; wait; rm -rf "$FOLDER"' EXIT

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
people=()
for serial in $(seq 101 112); do people+=("$(id_number 330110 19810101 "$serial")"); done
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	for person in "$CASE" "${people[@]}"; do echo "$person,居民,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK"; done
} >"$FOLDER/residents.csv"
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
tea-house,venue,茶馆,330110,CN
CSV
stays() { # DAY COUNT
	echo id_number,place,from,to
	for person in "$CASE" "${people[@]}"; do
		seq 0 $(($2 - 1)) | awk -v person="$person" -v day="$1" '{ printf "%s,tea-house,%sT%02d:%02d:%02d+08:00,%sT%02d:%02d:%02d+08:00\n",
			person, day, 9 + $1 / 360, $1 / 6 % 60, $1 % 6 * 10, day, 9 + $1 / 360, $1 / 6 % 60, $1 % 6 * 10 + 9 }'
	done
}
stays 2020-03-09 400 >"$FOLDER/first.csv"
stays 2020-03-11 400 >"$FOLDER/second.csv"
stays 2020-03-12 3 >"$FOLDER/few.csv"
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at,isolated_at
N1,$CASE,confirmed,2020-03-10,2020-03-12T10:00:00+08:00,2020-03-12T12:00:00+08:00
CSV
STORE=$FOLDER/store
run() { "$HEALTHCODE" --data "$STORE" "$@"; }
run init --pack "$SOURCE/packs/$PACK" --clock 2020-04-06T12:00:00+08:00 >/dev/null
for kind in residents places; do run import $kind "$FOLDER/$kind.csv" >/dev/null; done
for file in first second few; do run import stays "$FOLDER/$file.csv" >/dev/null; done
run import cases "$FOLDER/cases.csv" >/dev/null
run evaluate >/dev/null
holds "a day's stays are in a file" test -n "$(find "$STORE/presence" -name '2020-03-09-*.stays')"

answers_of() { # STORE: what it says, without what depends on when it is asked
	local store=$1 person
	for person in "$CASE" "${people[0]}" "${people[11]}"; do
		"$HEALTHCODE" --data "$store" --now 2020-04-06T13:00:00+08:00 --json explain "$person" --pack $PACK
	done
	"$HEALTHCODE" --data "$store" --now 2020-04-06T13:00:00+08:00 --json trace N1
	"$HEALTHCODE" --data "$store" --json check | jq -c 'del(.ledger)'
}
# The keys go their own way; here they are copied.
elsewhere() { rm -rf "$1" && mkdir -m 700 "$1" && cp -r "$STORE/keys" "$1/keys"; }

serve
answers 200 "a server is running" GET /v1/jurisdictions
(while run import stays "$FOLDER/few.csv" >/dev/null 2>&1; do :; done) &
WRITER=$!
is "true true" "$(run --json backup "$FOLDER/backup" | jq -r '"\(.stays_files >= 2) \(.bytes > 100000)"')" "a backup is made meanwhile, while others write"
kill "$WRITER" 2>/dev/null
wait "$WRITER" 2>/dev/null || true
answers 200 "and the server still answers" GET /v1/jurisdictions
kill "$SERVER" && wait "$SERVER" 2>/dev/null || true
SERVER= WRITER=
is 600 "$(stat -c %a "$FOLDER/backup")" "nobody else reads the backup"
holds "nothing is left of its making" test ! -e "$STORE/backup.partial" -a ! -e "$FOLDER/backup.partial"
exits 4 "another backup does not replace it" run backup "$FOLDER/backup"
holds "no heading of the registry is in it" test "$(grep -c 'SQLite format' "$FOLDER/backup")" = 0

other=$FOLDER/other
elsewhere "$other"
holds "it is put back elsewhere" "$HEALTHCODE" --data "$other" restore "$FOLDER/backup"
answers_of "$STORE" >"$FOLDER/here.json"
answers_of "$other" >"$FOLDER/there.json"
holds "where explain, trace and check give the same bytes" cmp "$FOLDER/here.json" "$FOLDER/there.json"
read -r size root < <("$HEALTHCODE" --data "$other" --json ledger verify | jq -r '"\(.size) \(.root)"')
holds "and the ledger, to which the imports meanwhile only added" run ledger verify --size "$size" --root "$root"
holds "and nothing is left of it" test ! -e "$other/restore.partial"
exits 4 "a store that is there is not replaced" "$HEALTHCODE" --data "$other" restore "$FOLDER/backup"

refused() { # CODE SENTENCE FILE
	elsewhere "$other"
	exits "$1" "$2" "$HEALTHCODE" --data "$other" restore "$3"
	[ ! -e "$other/registry.db" ] || fail "$2: there is a store"
}
size=$(stat -c %s "$FOLDER/backup")
for part in 8 30 100000 $((size / 2)) $((size - 1)); do
	head -c "$part" "$FOLDER/backup" >"$FOLDER/short"
	refused "$([ "$part" = 8 ] && echo 3 || echo 4)" "one of $part bytes of $size is refused" "$FOLDER/short"
done
for at in 12 40 $((size / 3)) $((size - 5)); do
	cp "$FOLDER/backup" "$FOLDER/changed"
	was=$(od -An -tu1 -j "$at" -N 1 "$FOLDER/changed")
	printf "\\$(printf %o $(((was + 1) % 256)))" | dd of="$FOLDER/changed" bs=1 seek="$at" conv=notrunc status=none
	refused 4 "one that was changed at byte $at is refused" "$FOLDER/changed"
done
{ cat "$FOLDER/backup" && echo; } >"$FOLDER/longer"
refused 4 "one with something behind it is refused" "$FOLDER/longer"
rm -rf "$FOLDER/stranger"
"$HEALTHCODE" --data "$FOLDER/stranger" init --pack "$SOURCE/packs/$PACK" >/dev/null
elsewhere "$other"
rm -r "$other/keys" && cp -r "$FOLDER/stranger/keys" "$other/keys"
exits 4 "other keys do not open it" "$HEALTHCODE" --data "$other" restore "$FOLDER/backup"
rm -r "$other/keys"
exits 4 "nor does it open without keys" "$HEALTHCODE" --data "$other" restore "$FOLDER/backup"
elsewhere "$other"
rm "$other"/keys/day-stays-2020-03-11.key
exits 4 "a day whose key is missing though nobody destroyed it is told" "$HEALTHCODE" --data "$other" restore "$FOLDER/backup"
holds "by its name" grep -q day-stays-2020-03-11 "$FOLDER/err"
holds "and there is no store" test ! -e "$other/registry.db"

# Killed, a failing call, a full disk: at every call that makes, syncs or names a file, and some of the others.
plain=${HEALTHCODE_PLAIN:-$HEALTHCODE} # a preloaded library and the address sanitizer do not go together
CRASH=$(find "$SOURCE"/build-test "$SOURCE"/build -name libcrash_at.so 2>/dev/null | head -n 1) || true
[ -n "$CRASH" ] || fail "tests/journeys/crash_at.c is not built"
run_backup() { "$plain" --data "$STORE" backup "$FOLDER/again"; }
run_restore() { "$plain" --data "$other" restore "$FOLDER/backup"; }
clear_backup() { rm -f "$FOLDER/again"; }
clear_restore() { elsewhere "$other"; }
whole_backup() { # there is none, or it can be put back
	[ ! -e "$FOLDER/again" ] || { elsewhere "$other" && "$plain" --data "$other" restore "$FOLDER/again" >/dev/null; }
}
whole_restore() { [ ! -e "$other/registry.db" ] || [ "$("$plain" --data "$other" --json check | jq .stays.stays)" = "$kept" ]; }
kept=$(run --json check | jq .stays.stays)
for step in backup restore; do
	rm -f "$FOLDER/calls" && "clear_$step"
	(export LD_PRELOAD=$CRASH CRASH_LIST=$FOLDER/calls; "run_$step") >/dev/null || fail "$step does not run"
	lines=$(wc -l <"$FOLDER/calls")
	tried=0
	for moment in $({ grep -nvE '^(pwrite|unlink)|-(shm|wal)$' "$FOLDER/calls" | cut -d: -f1; seq 1 $((lines / 6 + 1)) "$lines"; } | sort -nu); do
		for how in CRASH_AT FAIL_AT FULL_FROM; do
			"clear_$step"
			code=0
			(export LD_PRELOAD=$CRASH "$how=$moment" && "run_$step" >/dev/null 2>"$FOLDER/err") 2>/dev/null || code=$?
			[ "$code" = 0 ] || [ "$code" = 4 ] || [ "$code" = 137 ] || fail "$step, $how=$moment: exit $code: $(cat "$FOLDER/err")"
			"whole_$step" || fail "$step, $how=$moment ($(sed -n "${moment}p" "$FOLDER/calls")): what is there is not whole"
			if [ "$step" = backup ]; then clear_backup; fi
			if [ "$step" = backup ] || [ ! -e "$other/registry.db" ]; then
				"run_$step" >/dev/null 2>"$FOLDER/err" || fail "$step does not run again after $how=$moment: $(cat "$FOLDER/err")"
			fi
			tried=$((tried + 1))
		done
	done
	ok "$step, disturbed $tried times: a whole one is there, or none"
done

# Destroyed after the backup was made.
run --now 2020-04-07T00:00:01+08:00 purge >/dev/null
elsewhere "$other"
is 1 "$("$HEALTHCODE" --data "$other" --json restore "$FOLDER/backup" | jq .days_destroyed)" "a day that was destroyed since is destroyed in what is put back"
holds "which is whole" "$HEALTHCODE" --data "$other" check
is 0 "$(find "$other/presence" -name '2020-03-09-*' | wc -l)" "and its file is not there"
exits 3 "nothing is put into that day again" "$HEALTHCODE" --data "$other" import stays "$FOLDER/first.csv"
