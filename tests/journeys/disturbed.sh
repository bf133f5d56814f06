# What was acknowledged stays, whatever happens to the next import, to a purge, and to an appeal and its answer: killed, a call that fails (fsync too), a
# full disk, at moments spread over the writes and at every change of a segment, of a key and of their folders. Afterwards
# 'check' finds the store whole, with all or nothing of what was under way, and the same command again brings it to its end.
. "$(dirname "$0")/lib.sh"

MOMENTS=${MOMENTS:-6}
HEALTHCODE=${HEALTHCODE_PLAIN:-$HEALTHCODE} # a preloaded library and the address sanitizer do not go together
CRASH=$(find "$SOURCE"/build-test "$SOURCE"/build -name libcrash_at.so 2>/dev/null | head -n 1) || true
[ -n "$CRASH" ] || fail "tests/journeys/crash_at.c is not built"
PACK=hubei-2020
PEOPLE=10
EACH=500 # stays of one person: together more than wait for a segment

people=()
for serial in $(seq 101 $((100 + PEOPLE))); do people+=("$(id_number 420802 19800101 "$serial")"); done
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	for person in "${people[@]}"; do echo "$person,居民,13800000110,420802,2020-03-01T10:00:00+08:00,$PACK"; done
} >"$FOLDER/residents.csv"
stays() { # DAY
	echo id_number,place,from,to
	for person in "${people[@]}"; do
		seq 0 $((EACH - 1)) | awk -v person="$person" -v day="$1" '{
			from = 600 + $1 * 120; to = from + 100
			printf "%s,shop,%sT%02d:%02d:%02d+08:00,%sT%02d:%02d:%02d+08:00\n", person, day, from / 3600, from % 3600 / 60, from % 60,
				day, to / 3600, to % 3600 / 60, to % 60 }'
	done
}
stays 2020-03-18 >"$FOLDER/first.csv"
stays 2020-03-19 >"$FOLDER/second.csv"
ALL=$((PEOPLE * EACH))

before=$FOLDER/before
disturbed=$FOLDER/disturbed
"$HEALTHCODE" --data "$before" init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00 >/dev/null
"$HEALTHCODE" --data "$before" import residents "$FOLDER/residents.csv" >/dev/null
"$HEALTHCODE" --data "$before" import stays "$FOLDER/first.csv" >/dev/null
holds "a day's stays are in a segment" ls "$before"/presence/*.stays

run_import() { "$HEALTHCODE" --data "$disturbed" import stays "$FOLDER/second.csv"; }
run_purge() { "$HEALTHCODE" --data "$disturbed" --now 2020-04-16T12:00:00+08:00 purge; }
D() { "$HEALTHCODE" --data "$disturbed" "$@"; }
run_appeal() { D appeal open "$GREY" --words "?"; }
run_answer() { HEALTHCODE_TOKEN="three plain words" D --as sun appeal decide 1 rejected --en "no"; }
kept_import() { D --json check | jq .stays.stays; }
kept_purge() { kept_import; }
# The ledger has as many entries as there are appeals and answers: a step is whole or was none.
kept_appeal() {
	D --json check >/dev/null && D ledger verify >/dev/null || return 1
	local kept entries
	kept=$(D --json appeal list | jq -s '[.[] | 1, (select(.state != "open") | 1)] | length')
	entries=$(D --json ledger show | jq -s '[.[] | select(.kind | startswith("appeal."))] | length')
	[ "$kept" = "$entries" ] && echo "$kept"
}
kept_answer() { kept_appeal; }

# Every call on a segment, a key or their folders, and MOMENTS others.
moments() {
	{
		grep -nE '/(presence|keys)/' "$1" | cut -d: -f1
		awk -v moments="$MOMENTS" -v lines="$(wc -l <"$1")" 'BEGIN { for (i = 1; i <= moments; i++) print int(1 + (lines - 1) * i / (moments + 1)) }'
	} | sort -nu
}

# disturb STEP KEPT-BEFORE KEPT-AFTER
disturb() {
	local step=$1 earlier=$2 later=$3 tried=0 code left
	rm -rf "$disturbed" "$FOLDER/calls" && cp -r "$before" "$disturbed"
	(export LD_PRELOAD=$CRASH CRASH_LIST=$FOLDER/calls; "run_$step") >/dev/null || fail "$step does not run"
	is "$later" "$("kept_$step")" "undisturbed, $step leaves $later"
	for moment in $(moments "$FOLDER/calls"); do
		for how in CRASH_AT FAIL_AT FULL_FROM; do
			rm -rf "$disturbed" && cp -r "$before" "$disturbed"
			code=0
			(export LD_PRELOAD=$CRASH "$how=$moment" && "run_$step" >/dev/null 2>"$FOLDER/err") 2>/dev/null || code=$?
			[ "$code" = 0 ] || [ "$code" = 4 ] || [ "$code" = 137 ] || fail "$step, $how=$moment: exit $code: $(cat "$FOLDER/err")"
			left=$("kept_$step") || fail "$step, $how=$moment ($(sed -n "${moment}p" "$FOLDER/calls")): the store is not whole"
			[ "$left" = "$later" ] || { [ "$left" = "$earlier" ] && [ "$code" != 0 ]; } ||
				fail "$step, $how=$moment, exit $code: $left are left"
			{ [ "$step" = answer ] && [ "$left" = "$later" ]; } || # which is given once
				"run_$step" >/dev/null 2>"$FOLDER/err" || fail "$step does not run again after $how=$moment: $(cat "$FOLDER/err")"
			[ "$("kept_$step")" = "$later" ] || fail "$step again after $how=$moment leaves $("kept_$step")"
			tried=$((tried + 1))
		done
	done
	ok "$step, disturbed $tried times: killed, a failing call, a full disk"
}

disturb import "$ALL" $((2 * ALL))
rm -rf "$before" && cp -r "$disturbed" "$before"
disturb purge $((2 * ALL)) "$ALL"

rm -rf "$before" && cp -r "$disturbed" "$before"
GREY=$(id_number 420802 19800101 099) # for having applied lately
printf 'id_number,name,phone,division,applied_at,jurisdiction\n%s,居民,13800000110,420802,2020-03-20T10:00:00+08:00,%s\n' "$GREY" "$PACK" |
	"$HEALTHCODE" --data "$before" import residents - >/dev/null
HEALTHCODE_PASSWORD="three plain words" "$HEALTHCODE" --data "$before" user add sun --role supervisor >/dev/null
disturb appeal 0 1
rm -rf "$before" && cp -r "$disturbed" "$before"
disturb answer 1 2
