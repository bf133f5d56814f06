# A clinician's word, an import that is held after it was counted, one that another office approves, an undoing: killed, a
# call that fails (fsync too), a full disk, at moments spread over the writes. All of an act is there afterwards or nothing, its note of whom
# it concerns with it, and the same command again brings it to its end.
. "$(dirname "$0")/lib.sh"

MOMENTS=${MOMENTS:-6}
HEALTHCODE=${HEALTHCODE_PLAIN:-$HEALTHCODE} # a preloaded library and the address sanitizer do not go together
CRASH=$(find "$SOURCE"/build-test "$SOURCE"/build -name libcrash_at.so 2>/dev/null | head -n 1) || true
[ -n "$CRASH" ] || fail "tests/journeys/crash_at.c is not built"
PACK=ningbo-2020
before=$FOLDER/before disturbed=$FOLDER/disturbed
H() { "$HEALTHCODE" --data "$disturbed" "$@"; }
at() { local at=$1 && shift && H --now "$at" "$@"; }
# as USER TIME COMMAND...
as() { local user=$1 at=$2 && shift 2 && HEALTHCODE_TOKEN="password of $user" H --as "$user" --now "$at" "$@"; }

cp -r "$SOURCE/packs/$PACK" "$FOLDER/$PACK"
jq '. + {second_office: {people: 3, source: "of this journey"}}' "$SOURCE/packs/$PACK/pack.json" >"$FOLDER/$PACK/pack.json"
H init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in zhang:supervisor:north zhao:supervisor:south li:clinician: sun:clinician:; do
	IFS=: read -r name role office <<<"$user"
	HEALTHCODE_PASSWORD="password of $name" H user add "$name" --role "$role" ${office:+--office "$office"} >/dev/null
done
people=()
for n in 1 2 3 4 5 6 7 8; do people+=("$(id_number 330110 198${n}0101 011)"); done
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	n=0
	for person in "${people[@]}"; do
		n=$((n + 1))
		echo "$person,居民$n,1380000200$n,330110,2020-03-01T12:00:00+08:00,$PACK"
	done
} >"$FOLDER/residents.csv"
printf 'place,kind,name,division,country\nflat,household,家,330110,CN\nother,household,家,330110,CN\n' >"$FOLDER/places.csv"
{ # three in one flat, and five in the other
	echo id_number,place,from,to
	for person in "${people[@]:0:3}"; do echo "$person,other,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00"; done
	for person in "${people[@]:3}"; do echo "$person,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00"; done
} >"$FOLDER/stays.csv"
for kind in residents places stays; do at 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv" >/dev/null; done
no_cases 330100 | at 2020-03-11T08:00:00+08:00 import areas - >/dev/null
printf 'case,id_number,status,onset,confirmed_at\nS1,%s,suspected,2020-03-07,2020-03-11T10:00:00+08:00\n' "${people[0]}" >"$FOLDER/suspected.csv"
as zhang 2020-03-11T10:00:00+08:00 import cases "$FOLDER/suspected.csv" >/dev/null
as li 2020-03-11T10:10:00+08:00 case affirm S1 >/dev/null
at 2020-03-11T10:10:00+08:00 evaluate >/dev/null
printf 'case,id_number,status,onset,confirmed_at\nC1,%s,confirmed,2020-03-07,2020-03-11T10:00:00+08:00\n' "${people[3]}" >"$FOLDER/case.csv"
cp -r "$disturbed" "$before"

run_word() { as sun 2020-03-11T10:20:00+08:00 case affirm S1; }
run_hold() { as zhang 2020-03-11T11:00:00+08:00 import cases "$FOLDER/case.csv"; }
run_approve() { as zhao 2020-03-11T11:10:00+08:00 import cases "$FOLDER/case.csv"; }
run_undo() { as zhang 2020-03-11T11:30:00+08:00 import undo "$import"; }

# What each act leaves, whole: evidence, imports, proposals, acts in the ledger, and who waits to be evaluated.
state() {
	H check >/dev/null || fail "the store is not whole"
	sqlite3 "$disturbed/registry.db" 'SELECT count(*) FROM evidence; SELECT count(*) FROM evidence_import; SELECT count(*) FROM evidence_import_end;
		SELECT count(*) FROM evidence_undo; SELECT number, state FROM office_proposal; SELECT count(*) FROM ledger; SELECT count(*) FROM due' | xargs
}
notes() { sqlite3 "$disturbed/registry.db" 'SELECT max(number) FROM change_note'; }

# Spread over them; and each sync, and the call after it.
moments() { # CALLS
	{
		awk -v moments="$MOMENTS" -v lines="$(wc -l <"$1")" 'BEGIN { for (i = 1; i <= moments; i++) print int(1 + (lines - 1) * i / (moments + 1)) }'
		grep -nE '^(fsync|fdatasync) ' "$1" | while IFS=: read -r at _; do echo "$at" $((at + 1)); done | tr ' ' '\n'
	} | sort -nu
}

# disturb STEP EXIT: undisturbed it exits so
disturb() {
	local step=$1 wanted=$2 tried=0 undone=0 code earlier later left noted
	rm -rf "$disturbed" "$FOLDER/calls" && cp -r "$before" "$disturbed"
	earlier=$(state) noted=$(notes) code=0
	(export LD_PRELOAD=$CRASH CRASH_LIST=$FOLDER/calls; "run_$step") >/dev/null 2>"$FOLDER/err" || code=$?
	[ "$code" = "$wanted" ] || fail "$step: exit $code: $(cat "$FOLDER/err")"
	later=$(state)
	[ "$earlier" != "$later" ] && [ "$noted" != "$(notes)" ] || fail "$step changes nothing"
	rm -rf "$FOLDER/undisturbed" && cp -r "$disturbed" "$FOLDER/undisturbed"
	for moment in $(moments "$FOLDER/calls"); do
		for how in CRASH_AT FAIL_AT FULL_FROM; do
			rm -rf "$disturbed" && cp -r "$before" "$disturbed"
			code=0
			(export LD_PRELOAD=$CRASH "$how=$moment" && "run_$step" >/dev/null 2>"$FOLDER/err") 2>/dev/null || code=$?
			[ "$code" = "$wanted" ] || [ "$code" = 4 ] || [ "$code" = 137 ] || fail "$step, $how=$moment: exit $code: $(cat "$FOLDER/err")"
			[ "$code" != 4 ] || [ -s "$FOLDER/err" ] || fail "$step, $how=$moment: nothing is said"
			left=$(state)
			if [ "$left" = "$earlier" ]; then
				[ "$code" != "$wanted" ] || fail "$step, $how=$moment: it says that it is done"
				[ "$(notes)" = "$noted" ] || fail "$step, $how=$moment: a note of nothing"
				undone=$((undone + 1))
				code=0
				"run_$step" >/dev/null 2>"$FOLDER/err" || code=$?
				[ "$code" = "$wanted" ] || fail "$step again after $how=$moment: exit $code: $(cat "$FOLDER/err")"
				left=$(state)
			fi
			[ "$left" = "$later" ] || fail "$step, $how=$moment ($(sed -n "${moment}p" "$FOLDER/calls")), exit $code: half of it: $left"
			[ "$(notes)" != "$noted" ] || fail "$step, $how=$moment: nobody learns of it"
			tried=$((tried + 1))
		done
	done
	[ "$undone" -gt 0 ] && [ "$undone" -lt "$tried" ] || fail "$step: $undone of $tried left nothing"
	ok "$step, disturbed $tried times, $undone before it was committed: killed, a failing call, a full disk"
	rm -rf "$before" && cp -r "$FOLDER/undisturbed" "$before"
}

disturb word 0
disturb hold 1
disturb approve 0
import=$(H --json import list | jq -s 'map(select(.kind == "cases")) | last | .import')
disturb undo 0
