# kill -9 at 50 moments spread over the writes of imports, of an evaluation and of a sweep, and before and after each call that commits
# something: running the command again ends in the state of an undisturbed run. Of a sweep, nobody is shown the colour of before either.
. "$(dirname "$0")/lib.sh"

MOMENTS=${MOMENTS:-50}
HEALTHCODE=${HEALTHCODE_PLAIN:-$HEALTHCODE} # a preloaded library and the address sanitizer do not go together
CRASH=
for folder in "$(dirname "$HEALTHCODE")" "$SOURCE/build-test" "$SOURCE/build"; do
	[ -n "$CRASH" ] || CRASH=$folder/tests/journeys/libcrash_at.so
	[ -e "$CRASH" ] || CRASH=
done
[ -n "$CRASH" ] || fail "tests/journeys/crash_at.c is not built: ninja -C build-test"
PACK=hubei-2020

people=()
for serial in 101 102 103 104 105 106 107 108 109 110; do
	people+=("$(id_number 420802 19800101 "$serial")")
done
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	n=0
	for person in "${people[@]}"; do
		n=$((n + 1))
		echo "$person,居民$n,138000001$((10 + n)),420802,2020-03-01T10:00:00+08:00,$PACK"
	done
} >"$FOLDER/residents.csv"
{
	echo id_number,at,temperature_c,symptoms,contact
	for day in $(days 2020-03-01 2020-03-23); do
		for person in "${people[@]}"; do echo "$person,${day}T20:00:00+08:00,36.5,,no"; done
	done
} >"$FOLDER/checkins.csv"
{
	echo place,kind,name,division,country
	echo home,household,家,420802,CN
} >"$FOLDER/places.csv"
{
	echo id_number,place,from,to
	for person in "${people[@]:0:4}"; do echo "$person,home,2020-03-18T00:00:00+08:00,2020-03-20T00:00:00+08:00"; done
} >"$FOLDER/stays.csv"
{
	echo case,id_number,status,onset,confirmed_at,isolated_at
	echo C1,"${people[0]}",confirmed,2020-03-19,2020-03-20T10:00:00+08:00,2020-03-20T12:00:00+08:00
} >"$FOLDER/cases.csv"

run() { # STORE STEP
	case $2 in
	evaluate | sweep) "$HEALTHCODE" --data "$1" evaluate ;;
	*) "$HEALTHCODE" --data "$1" import "$2" "$FOLDER/$2.csv" ;;
	esac >/dev/null 2>>"$FOLDER/log"
}

# What a person would see, for everyone.
state() {
	for person in "${people[@]}"; do
		"$HEALTHCODE" --data "$1" --now 2020-03-24T12:00:00+08:00 --json explain "$person" --pack $PACK
	done
	"$HEALTHCODE" --data "$1" ledger verify >/dev/null && echo "the ledger verifies"
	"$HEALTHCODE" --data "$1" --json trace C1 | jq -c '[.kind, .degree, .minutes]'
}

# What a phone shows, for everyone.
shown() {
	for person in "${people[@]}"; do
		"$HEALTHCODE" --data "$1" --json code issue "$person" --pack $PACK | jq -c '[.colour, .since]'
	done
}
# Contacts are let go after two days: what makes all stale who were evaluated before.
put_another_pack_in_force() { # STORE
	local user
	cp -r "$SOURCE/packs/$PACK" "$FOLDER/trial"
	sed -i 's/"contact_days": 14/"contact_days": 2/' "$FOLDER/trial/pack.json"
	for user in zhang zhao; do
		HEALTHCODE_PASSWORD="password of $user" "$HEALTHCODE" --data "$1" user add "$user" --role supervisor >/dev/null
		HEALTHCODE_TOKEN="password of $user" "$HEALTHCODE" --data "$1" --as "$user" pack activate "$FOLDER/trial" --jurisdiction $PACK >/dev/null
	done
}

before=$FOLDER/before
"$HEALTHCODE" --data "$before" init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00 >/dev/null
hits=$FOLDER/hits list=$FOLDER/list
: >"$hits"

# moments STEP's calls: spread over them; and each sync and rename, and the call after it.
moments() { # CALLS
	for moment in $(seq 1 $(((MOMENTS + 5) / 6))); do echo $((($1 * moment + MOMENTS / 6) / (MOMENTS / 6 + 1))); done
	grep -nE '^(fsync|fdatasync|rename) ' "$list" | while IFS=: read -r at _; do echo "$at" $((at + 1)); done | tr ' ' '\n'
}
for step in residents checkins places stays cases evaluate sweep; do
	undisturbed=$FOLDER/undisturbed
	if [ "$step" = sweep ]; then
		stale=$(shown "$before")
		put_another_pack_in_force "$before"
	fi
	rm -rf "$undisturbed" && cp -r "$before" "$undisturbed"
	rm -f "$list"
	LD_PRELOAD=$CRASH CRASH_LIST=$list CRASH_PHASE=$FOLDER/phase run "$undisturbed" "$step" || fail "$step does not run: $(cat "$FOLDER/log")"
	calls=$(cat "$FOLDER/phase")
	killed=0
	for at in $(moments "$calls" | sort -nu); do
		[ "$at" -ge 1 ] && [ "$at" -le "$calls" ] || continue
		killed=$((killed + 1))
		store=$FOLDER/disturbed
		rm -rf "$store" && cp -r "$before" "$store"
		if LD_PRELOAD=$CRASH CRASH_AT=$at CRASH_PHASE=$FOLDER/phase run "$store" "$step" 2>/dev/null; then
			echo "$step: nothing to kill at $at of $calls" >>"$hits"
		else
			echo "$step: killed before call $at of $calls: $(sed "s|$store/||" "$FOLDER/phase")" >>"$hits"
		fi
		if [ "$step" = sweep ]; then
			rm -rf "$FOLDER/killed" && cp -r "$store" "$FOLDER/killed"
			diff <(shown "$undisturbed") <(shown "$FOLDER/killed") >&2 || fail "somebody is shown another colour after $(tail -n 1 "$hits")"
		fi
		run "$store" "$step" || fail "$step does not run again after $(tail -n 1 "$hits"): $(cat "$FOLDER/log")"
		if [ "$step" = cases ] || [ "$step" = evaluate ] || [ "$step" = sweep ]; then
			diff <(state "$undisturbed") <(state "$store") >&2 || fail "another state after $(tail -n 1 "$hits")"
		else
			diff <(state "$undisturbed" 2>/dev/null) <(state "$store" 2>/dev/null) >&2 || fail "another state after $(tail -n 1 "$hits")"
		fi
	done
	ok "$step, killed at $killed moments, its commit points among them, ends in the state of an undisturbed run"
	rm -rf "$before" && cp -r "$undisturbed" "$before"
done
cat "$hits"
[ "$stale" != "$(shown "$before")" ] || fail "the sweep changed nobody's colour"
ok "the sweep changed colours"
for step in residents checkins places stays cases evaluate sweep; do
	holds "$step was killed at the sync that commits it" grep -qE "^$step: killed before call .*(fdatasync|fsync) registry.db-wal" "$hits"
done
