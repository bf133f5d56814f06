# An import that would give many people a worse colour waits for a second office, and nothing of it is kept until then.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
at() { local at=$1 && shift && H --now "$at" "$@"; }
# as USER TIME COMMAND...
as() { local user=$1 at=$2 && shift 2 && HEALTHCODE_TOKEN="password of $user" H --as "$user" --now "$at" "$@"; }
colours() { for person in "${people[@]}"; do at "$1" --json explain "$person" --pack $PACK | jq -r .colour; done | sort | uniq -c | xargs; }
imports() { H --json import list | wc -l; }

cp -r "$SOURCE/packs/$PACK" "$FOLDER/$PACK"
jq '. + {second_office: {people: 2, source: "of this journey"}}' "$SOURCE/packs/$PACK/pack.json" >"$FOLDER/$PACK/pack.json"
exits 0 "a pack may set how many colours one office may worsen" "$HEALTHCODE" pack check "$FOLDER/$PACK"
cp -r "$FOLDER/$PACK" "$FOLDER/wrong"
jq '.second_office.people = 0' "$FOLDER/$PACK/pack.json" >"$FOLDER/wrong/pack.json"
exits 3 "none is no number of people" "$HEALTHCODE" pack check "$FOLDER/wrong"
H init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in zhang:north chen:north zhao:south; do
	HEALTHCODE_PASSWORD="password of ${user%:*}" H user add "${user%:*}" --role supervisor --office "${user#*:}" >/dev/null
done
HEALTHCODE_PASSWORD="password of wu" H user add wu --role supervisor >/dev/null
is 'null north south' "$(H --json user list | jq -r 'select(.user != "chen") | .office' | xargs)" "users have offices"

people=()
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	for n in 1 2 3 4 5; do
		person=$(id_number 330110 198${n}0101 011)
		people+=("$person")
		echo "$person,居民$n,1380000200$n,330110,2020-03-01T12:00:00+08:00,$PACK"
	done
} >"$FOLDER/residents.csv"
mapfile -t people < <(tail -n +2 "$FOLDER/residents.csv" | cut -d, -f1)
printf 'place,kind,name,division,country\nflat,household,家,330110,CN\n' >"$FOLDER/places.csv"
{
	echo id_number,place,from,to
	for person in "${people[@]:0:4}"; do echo "$person,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00"; done
} >"$FOLDER/stays.csv"
for kind in residents places stays; do
	exits 0 "$kind come in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv"
done
no_cases 330100 | at 2020-03-11T08:00:00+08:00 import areas - >/dev/null
at 2020-03-11T09:00:00+08:00 evaluate >/dev/null
is "5 green" "$(colours 2020-03-11T09:00:00+08:00)" "all are green"
cases() { printf 'case,id_number,status,onset,confirmed_at\n%s,%s,confirmed,2020-03-07,2020-03-11T10:00:00+08:00\n' "$1" "$2"; }

# One who met nobody: a normal day.
cases C5 "${people[4]}" >"$FOLDER/alone.csv"
exits 0 "a case that worsens one colour passes" as zhang 2020-03-11T10:00:00+08:00 import cases "$FOLDER/alone.csv"
at 2020-03-11T10:00:00+08:00 evaluate >/dev/null
is "4 green 1 red" "$(colours 2020-03-11T10:00:00+08:00)" "at once"
before=$(imports)

# One who met three.
cases C1 "${people[0]}" >"$FOLDER/case.csv"
exits 1 "a file that worsens four is held: nobody signs" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T11:00:00+08:00 import cases "$FOLDER/case.csv"
holds "it says how many" grep -q "worsen the colours of 4 people" "$FOLDER/err"
exits 2 "nor can it come by standard input" as zhang 2020-03-11T11:00:00+08:00 import cases - <"$FOLDER/case.csv"
exits 1 "who acts for no office cannot hand it in" as wu 2020-03-11T11:00:00+08:00 import cases "$FOLDER/case.csv"
exits 1 "one office hands it in" as zhang 2020-03-11T11:00:00+08:00 --json import cases "$FOLDER/case.csv"
json_holds "it is counted and waits" '.people == 4 and .proposal == 1 and .state == "proposed" and .kind == "cases"' "$(cat "$FOLDER/out")"
at 2020-03-11T11:00:00+08:00 evaluate >/dev/null
is "4 green 1 red" "$(colours 2020-03-11T11:00:00+08:00)" "nobody's colour has changed"
is "$before" "$(imports)" "and nothing was imported"
exits 1 "alone one office cannot" as zhang 2020-03-11T11:10:00+08:00 import cases "$FOLDER/case.csv"
exits 1 "nor by another of its users" as chen 2020-03-11T11:20:00+08:00 import cases "$FOLDER/case.csv"
holds "who is told so" grep -q "a user of another office has to approve it" "$FOLDER/err"
exits 1 "nor by somebody of no office" as wu 2020-03-11T11:20:00+08:00 import cases "$FOLDER/case.csv"
cases C2 "${people[0]}" >"$FOLDER/other.csv"
exits 1 "another file is another proposal" as zhao 2020-03-11T11:30:00+08:00 import cases "$FOLDER/other.csv"
is "1 proposed case.csv 4 zhang
2 proposed other.csv 4 zhao" "$(H --json import held | jq -r '"\(.proposal) \(.state) \(.file) \(.people) \(.proposed_by)"')" "both are listed"
exits 0 "one is taken back" as zhao 2020-03-11T11:40:00+08:00 import withdraw 2
exits 1 "once" as zhao 2020-03-11T11:40:00+08:00 import withdraw 2
exits 0 "a user of another office imports the same file" as zhao 2020-03-11T12:00:00+08:00 import cases "$FOLDER/case.csv"
is "cases: 1 new, 0 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "now it counts"
at 2020-03-11T12:00:00+08:00 evaluate >/dev/null
is "5 red" "$(colours 2020-03-11T12:00:00+08:00)" "all whom it concerns are red"
is "approved zhang zhao" "$(H --json import held | jq -r 'select(.proposal == 1) | "\(.state) \(.proposed_by) \(.approved_by)"')" "by two offices"
json_holds "both are in the ledger, with the file and how many" '.body | (if type == "string" then fromjson else . end) | .proposed_by == "zhang" and .approved_by == "zhao" and .act.people == 4 and (.act.sha256 | length) == 64' \
	"$(H --json ledger show | jq -c 'select(.kind == "import.approved")')"
exits 0 "the same file again changes nothing and asks nobody" as chen 2020-03-11T13:00:00+08:00 import cases "$FOLDER/case.csv"
exits 0 "a sound ledger" H ledger verify

printf 'case,id_number,status,confirmed_at\nC1,%s,discarded,2020-03-12T10:00:00+08:00\n' "${people[0]}" >"$FOLDER/healed.csv"
exits 0 "the case is discarded, which makes no colour worse" as zhang 2020-03-12T10:00:00+08:00 import cases "$FOLDER/healed.csv"
at 2020-03-12T10:00:00+08:00 evaluate >/dev/null
is "4 green 1 red" "$(colours 2020-03-12T10:00:00+08:00)" "and gives them back"

# An area's risk concerns everybody there, and has no row of anybody.
printf 'date,country,division,confirmed\n2020-03-11,CN,330100,120\n' >"$FOLDER/areas.csv"
exits 1 "counts that worsen all who live there are held" as chen 2020-03-13T10:00:00+08:00 import areas "$FOLDER/areas.csv"
holds "they are counted" grep -q "colours of 4 people" "$FOLDER/out"
exits 0 "another office approves" as zhao 2020-03-13T11:00:00+08:00 import areas "$FOLDER/areas.csv"
at 2020-03-13T11:00:00+08:00 evaluate >/dev/null
is "5 red" "$(colours 2020-03-13T11:00:00+08:00)" "and it counts"
exits 0 "a sound ledger, all in all" H ledger verify

# What comes otherwise than as a file: nobody's message, undoing, word or list of acts is more than one office's.
STORE=$FOLDER/more
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
H init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in zhang:supervisor:north chen:supervisor:north zhao:supervisor:south li:clinician: sun:clinician:; do
	IFS=: read -r name role office <<<"$user"
	HEALTHCODE_PASSWORD="password of $name" H user add "$name" --role "$role" ${office:+--office "$office"} >/dev/null
done
for kind in residents places stays; do at 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv" >/dev/null; done
no_cases 330100 | at 2020-03-11T08:00:00+08:00 import areas - >/dev/null
at 2020-03-11T09:00:00+08:00 evaluate >/dev/null

# The words of two clinicians.
printf 'case,id_number,status,onset,confirmed_at\nS1,%s,suspected,2020-03-07,2020-03-11T10:00:00+08:00\n' "${people[0]}" >"$FOLDER/suspected.csv"
exits 0 "a suspected case worsens one colour" as zhang 2020-03-11T10:00:00+08:00 import cases "$FOLDER/suspected.csv"
exits 0 "nor does one word" as li 2020-03-11T10:10:00+08:00 case affirm S1
exits 1 "the second one would colour three more" as sun 2020-03-11T10:20:00+08:00 case affirm S1
holds "it says how many, and what to do" grep -q "worsen the colours of [34] people, more than the 2 .*two offices import the case's row" "$FOLDER/err"
is "1 no" "$(at 2020-03-11T10:20:00+08:00 --json case show S1 | jq -r '"\(.words | length) \(if .grounds then "grounds" else "no" end)"')" "and it was not said"
at 2020-03-11T10:30:00+08:00 evaluate >/dev/null
is "4 green 1 red" "$(colours 2020-03-11T10:30:00+08:00)" "nobody else is red"
printf 'case,id_number,status,onset,confirmed_at,grounds,clinicians\nS1,%s,suspected,2020-03-07,2020-03-11T10:00:00+08:00,clinicians,li;sun\n' "${people[0]}" >"$FOLDER/words.csv"
exits 1 "one office hands the case's row in" as zhang 2020-03-11T10:40:00+08:00 import cases "$FOLDER/words.csv"
exits 0 "another approves" as zhao 2020-03-11T10:50:00+08:00 import cases "$FOLDER/words.csv"
at 2020-03-11T10:50:00+08:00 evaluate >/dev/null
red=$(colours 2020-03-11T10:50:00+08:00)
holds "its contacts are red" grep -q "red" <<<"$red"

# Undoing is an act too: what was discarded by an import is a case again without it.
printf 'case,id_number,status,confirmed_at\nS1,%s,discarded,2020-03-11T11:00:00+08:00\n' "${people[0]}" >"$FOLDER/no_case.csv"
exits 0 "the case is discarded" as zhang 2020-03-11T11:00:00+08:00 import cases "$FOLDER/no_case.csv"
at 2020-03-11T11:00:00+08:00 evaluate >/dev/null
is "5 green" "$(colours 2020-03-11T11:00:00+08:00)" "all are green"
import=$(H --json import list | jq -s 'last | .import')
exits 1 "nobody alone takes that back" at 2020-03-11T11:10:00+08:00 import undo "$import"
holds "nor without a name" grep -q "worsen the colours of" "$FOLDER/err"
exits 1 "one office hands it in" as zhang 2020-03-11T11:10:00+08:00 --json import undo "$import"
json_holds "it is counted and waits" '.kind == "undo" and .people > 2 and .state == "proposed"' "$(cat "$FOLDER/out")"
exits 1 "not by the same office" as chen 2020-03-11T11:15:00+08:00 import undo "$import"
at 2020-03-11T11:15:00+08:00 evaluate >/dev/null
is "5 green" "$(colours 2020-03-11T11:15:00+08:00)" "all are green still"
exits 0 "another office undoes the same import" as zhao 2020-03-11T11:20:00+08:00 import undo "$import"
at 2020-03-11T11:20:00+08:00 evaluate >/dev/null
is "$red" "$(colours 2020-03-11T11:20:00+08:00)" "and they are red again"
is "approved zhang zhao" "$(H --json import held | jq -rs 'map(select(.kind == "undo"))[0] | "\(.state) \(.proposed_by) \(.approved_by)"')" "by two offices"

exits 0 "a ledger that verifies" H ledger verify

# A message is held, kept and answered, and taken by two offices; by the store's own clock, for the service has no other.
STORE=$FOLDER/wire
H init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in zhang:supervisor:north chen:supervisor:north zhao:supervisor:south li:clinician:; do
	IFS=: read -r name role office <<<"$user"
	HEALTHCODE_PASSWORD="password of $name" H user add "$name" --role "$role" ${office:+--office "$office"} >/dev/null
done
for kind in residents places stays; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
no_cases 330100 | H import areas - >/dev/null
H evaluate >/dev/null
by() { local user=$1 && shift && HEALTHCODE_TOKEN="password of $user" "$HEALTHCODE" --data "$STORE" --as "$user" "$@"; }
colours() { for person in "${people[@]}"; do H --json explain "$person" --pack $PACK | jq -r .colour; done | sort | uniq -c | xargs; }
trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2
CONTENT_TYPE=application/json ask POST /v1/sessions '{"user":"li","password":"password of li","transport":"token"}'
laboratory=$(bearer "$(jq -r .token <<<"$BODY")")
CONTENT_TYPE=application/fhir+json
result() { # PERSON NUMBER: positive
	jq -n --arg person "$1" --arg number "$2" '{resourceType: "Bundle", type: "collection", entry: [
		{resource: {resourceType: "Patient", id: "p", identifier: [{type: {coding: [{code: "NNCHN"}]}, value: $person}]}},
		{resource: {resourceType: "Observation", id: $number, identifier: [{value: $number}], status: "final", subject: {reference: "Patient/p"},
			code: {coding: [{system: "http://loinc.org", code: "94500-6"}]}, effectiveDateTime: "2020-03-10T10:00:00+08:00",
			issued: "2020-03-11T07:00:00+08:00", valueCodeableConcept: {coding: [{code: "260373001"}]}}}]}'
}
ask POST /fhir "$(result "${people[4]}" o5)" -H "$laboratory"
is "200 new" "$STATUS $(jq -r '.issue[0].diagnostics' <<<"$BODY")" "a result of somebody who met nobody is taken"
before=$(imports)
for _ in 1 2; do
	ask POST /fhir "$(result "${people[0]}" o1)" -H "$laboratory"
	is "202 informational" "$STATUS $(jq -r '.issue[0].code' <<<"$BODY")" "one that would worsen four is held"
done
holds "it says so" grep -q '^held: it would worsen the colours of 4 people' <<<"$(jq -r '.issue[0].diagnostics' <<<"$BODY")"
is "$before 4 green 1 red" "$(imports) $(colours)" "nothing came of it"
is "1 2 null" "$(H --json import letters | jq -r '"\(.letter) \(.times) \(.settled_at)"')" "and it is kept"
exits 1 "one office takes it once more" by zhang --json import letters retry 1
json_holds "which hands it in" '.file == "letter 1" and .people == 4 and .kind == "labs" and .state == "proposed"' "$(cat "$FOLDER/out")"
exits 1 "that office alone cannot" by chen import letters retry 1
is "$before" "$(imports)" "it waits"
exits 0 "another office takes it" by zhao import letters retry 1
H evaluate >/dev/null
is "5 red" "$(colours)" "then it counts"
is "settled" "$(H --json import letters | jq -r 'if .settled_at then "settled" else "waits" end')" "and waits no more"
ask POST /fhir "$(result "${people[0]}" o1)" -H "$laboratory"
is "200 unchanged" "$STATUS $(jq -r '.issue[0].diagnostics' <<<"$BODY")" "and is known if it comes again"
kill "$SERVER" && wait "$SERVER" 2>/dev/null || true
SERVER=
exits 0 "a ledger that verifies" H ledger verify

# Colours by hand add up within a day, and rules that go live concern everybody.
STORE=$FOLDER/hands
jq '.second_office.people = 1' "$FOLDER/$PACK/pack.json" >"$FOLDER/pack.json" && mv "$FOLDER/pack.json" "$FOLDER/$PACK/pack.json"
H init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in zhang:north chen:north zhao:south; do
	HEALTHCODE_PASSWORD="password of ${user%:*}" H user add "${user%:*}" --role supervisor --office "${user#*:}" >/dev/null
done
H import residents "$FOLDER/residents.csv" >/dev/null
H evaluate >/dev/null
for person in "${people[@]:0:2}"; do
	by zhang override propose "$person" --pack $PACK --colour red --cause order_of_headquarters --until 2020-03-15T00:00:00+08:00 >/dev/null
done
exits 0 "one colour by hand is two people's" by chen override approve 1
exits 1 "a second one within a day is two offices'" by chen override approve 2
exits 0 "another office approves it" by zhao override approve 2
mkdir "$FOLDER/new" && cp -r "$FOLDER/$PACK" "$FOLDER/new/"
jq '.horizon_days = 29' "$FOLDER/$PACK/pack.json" >"$FOLDER/new/$PACK/pack.json"
exits 0 "rules are proposed" by zhang pack activate "$FOLDER/new/$PACK"
exits 1 "and concern more than one office may worsen" by chen pack activate "$FOLDER/new/$PACK"
exits 0 "another office signs them too" by zhao pack activate "$FOLDER/new/$PACK"
exits 0 "a ledger that verifies, with all of it" H ledger verify
