# A case, whom it met, and what becomes of them as more is known of the case.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
HOME_MATE=$(id_number 330110 19810101 011)
CLOSE=$(id_number 330110 19820101 011)
EARLY=$(id_number 330110 19830101 011)
BRIEF=$(id_number 330110 19840101 011)
ELSEWHERE=$(id_number 330110 19850101 011)
ZONE=$(id_number 330110 19860101 011)
people=("$CASE" "$HOME_MATE" "$CLOSE" "$EARLY" "$BRIEF" "$ELSEWHERE" "$ZONE")
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	n=0
	for person in "${people[@]}"; do
		n=$((n + 1))
		echo "$person,居民$n,1380000200$n,330110,2020-03-01T12:00:00+08:00,$PACK"
	done
} >"$FOLDER/residents.csv"
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,330110,CN
tea-house,venue,茶馆,330110,CN
library,venue,图书馆,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat
$CASE,tea-house,2020-03-05T09:00:00+08:00,2020-03-05T11:00:00+08:00,7
$EARLY,tea-house,2020-03-05T09:00:00+08:00,2020-03-05T11:00:00+08:00,7
$CASE,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7
$CLOSE,tea-house,2020-03-09T09:30:00+08:00,2020-03-09T12:00:00+08:00,7B
$BRIEF,tea-house,2020-03-09T10:40:00+08:00,2020-03-09T12:00:00+08:00,7
$ZONE,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T12:00:00+08:00,9
$ELSEWHERE,library,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,
$ELSEWHERE,tea-house,2020-03-09T11:00:00+08:00,2020-03-09T13:00:00+08:00,
$CASE,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00,
$HOME_MATE,flat,2020-03-09T18:00:00+08:00,2020-03-10T08:00:00+08:00,
CSV
cases() { # FILE ONSET STATUS CONFIRMED_AT
	{
		echo case,id_number,status,onset,confirmed_at,isolated_at
		echo "C1,$CASE,$3,$2,$4,2020-03-10T12:00:00+08:00"
	} >"$FOLDER/$1.csv"
}
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
# as_of TIME COMMAND...: a moment of the demo store's clock, in which something is recorded
as_of() { local at=$1 && shift && H --now "$at" "$@"; }
number() { H --json person show "$1" | jq -r .person; }
colour() { as_of "$1" --json explain "$2" --pack $PACK | jq -r .colour; }
met() { as_of "$1" --json trace C1 | jq -r '"\(.person) \(.kind) \(.place) \(.minutes)"' | sort; }
contacts() { as_of "$1" --json trace C1 | jq -r .person | sort -u | wc -l; }
colours() { for person in "${people[@]}"; do colour "$1" "$person"; done | tr '\n' ' '; }

H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for kind in residents places stays; do
	exits 0 "$kind come in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv"
done
no_cases 330100 | "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T08:00:00+08:00 import areas - >/dev/null
is "green green green green green green green " "$(colours 2020-03-11T09:00:00+08:00)" "before anybody is a case, all are green"
cases first 2020-03-07 confirmed 2020-03-11T10:00:00+08:00
exits 0 "a case comes in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T10:00:00+08:00 import cases "$FOLDER/first.csv"

NOON=2020-03-11T12:00:00+08:00
{
	echo "$(number "$HOME_MATE") close flat 660"
	echo "$(number "$CLOSE") close tea-house 90"
	echo "$(number "$EARLY") close tea-house 120"
	echo "$(number "$BRIEF") co-exposed tea-house 20"
	echo "$(number "$ZONE") co-exposed tea-house 120"
} | sort >"$FOLDER/wanted"
met $NOON >"$FOLDER/got"
holds "the trace names who was there, how close, where and how long" diff "$FOLDER/wanted" "$FOLDER/got"
is "person,kind,degree,place,from,to,minutes" "$(as_of $NOON trace C1 --csv | head -n 1)" "as CSV it has a heading"
is 6 "$(as_of $NOON trace C1 --csv | wc -l)" "and a line for each"
holds "as text it is to be read" grep -qE "^$(number "$CLOSE") +close +1 +tea-house .* 90 min$" <(as_of $NOON trace C1)
is "$(printf "%s\n" "$(number "$BRIEF")" "$(number "$ZONE")" | sort)" "$(as_of $NOON --json trace C1 --kind co-exposed | jq -r .person | sort)" "one kind can be asked for"
is "2020-03-09T09:30:00+08:00 2020-03-09T11:00:00+08:00 1" \
	"$(as_of $NOON --json trace C1 | jq -r "select(.person == $(number "$CLOSE")) | \"\(.from) \(.to) \(.degree)\"")" "from when to when they shared the place"
! as_of $NOON trace C1 | grep -qE "${CLOSE:6:8}|居民" || fail "the trace names people by more than their number"
ok "people are numbers"
is "red red red red green green green " "$(colours $NOON)" "the case and close contacts are red, who was there briefly, at another table, or later is not"
red=$(as_of $NOON --json explain "$CLOSE" --pack $PACK)
json_holds "the reason is the contact" '.rules | any(.evidence | length > 0)' "$red"
! grep -qE "$(number "$CASE")|C1|$CASE" <<<"$red" || fail "the reason names the case: $red"
ok "and does not name the case"

# The onset was two days later than thought: the fifth of March is outside the infectious window.
cases later 2020-03-09 confirmed 2020-03-11T10:00:00+08:00
exits 0 "the case is corrected" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-12T10:00:00+08:00 import cases "$FOLDER/later.csv"
is "cases: 0 new, 1 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "as a correction"
is 4 "$(contacts 2020-03-12T12:00:00+08:00)" "with a later onset there is a contact less"
is "red red red green green green green " "$(colours 2020-03-12T12:00:00+08:00)" "who is no contact any more is released"
is red "$(H --now $NOON --known $NOON --json explain "$EARLY" --pack $PACK | jq -r .colour)" "what was known before says red, as it was said then"
is 5 "$(H --now $NOON --known $NOON --json trace C1 | wc -l)" "and traces as it was traced then"
is green "$(colour $NOON "$EARLY")" "while that day, with what is known today, is green"

# An import undone gives the state before back.
undo=$(H --json import list | jq -s '[.[] | select(.kind == "cases")] | last | .import')
exits 0 "the correction is undone" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-13T10:00:00+08:00 import undo "$undo"
is "red red red red green green green " "$(colours 2020-03-13T12:00:00+08:00)" "the state before the correction is back"
met 2020-03-13T12:00:00+08:00 >"$FOLDER/got"
holds "with the same contacts" diff "$FOLDER/wanted" "$FOLDER/got"

# A case that should never have been brought: with its import undone nobody is a contact of it, nor was.
at() { "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-13T10:00:00+08:00 "$@"; }
cat >"$FOLDER/table.csv" <<CSV
id_number,place,from,to,seat
$BRIEF,library,2020-03-08T09:00:00+08:00,2020-03-08T11:00:00+08:00,3
$ELSEWHERE,library,2020-03-08T09:00:00+08:00,2020-03-08T11:00:00+08:00,3
CSV
exits 0 "two more stays come in" at import stays "$FOLDER/table.csv"
printf 'case,id_number,status,onset,confirmed_at\nC2,%s,confirmed,2020-03-09,2020-03-11T11:00:00+08:00\n' "$BRIEF" >"$FOLDER/wrong.csv"
exits 0 "another case comes in" at import cases "$FOLDER/wrong.csv"
is "red red red red red red green " "$(colours 2020-03-13T12:00:00+08:00)" "who sat with it is red"
undo=$(H --json import list | jq -s '[.[] | select(.kind == "cases")] | last | .import')
exits 0 "its import is undone" at import undo "$undo"
is "red red red red green green green " "$(colours 2020-03-13T12:00:00+08:00)" "both have their colours back"
is "green green" "$(colour 2020-03-11T12:00:00+08:00 "$ELSEWHERE") $(colour 2020-03-11T12:00:00+08:00 "$BRIEF")" "as if it had never been"
exits 1 "and it is no case" "$HEALTHCODE" --data "$FOLDER/store" trace C2

# It was no case.
cases none "" discarded 2020-03-14T09:00:00+08:00
exits 0 "the case is discarded" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-14T10:00:00+08:00 import cases "$FOLDER/none.csv"
is 0 "$(contacts 2020-03-14T12:00:00+08:00)" "a discarded case has no contacts"
days_later=$(colours 2020-03-14T12:00:00+08:00)
is "green green green green " "$(cut -d' ' -f2-5 <<<"$days_later") " "all get their colour back"
is "red red red red green green green " "$(for person in "${people[@]}"; do H --now 2020-03-13T12:00:00+08:00 --known 2020-03-13T12:00:00+08:00 --json explain "$person" --pack $PACK | jq -r .colour; done | tr '\n' ' ')" "what was known a day before is still to be had"
exits 1 "a case that is none" "$HEALTHCODE" --data "$FOLDER/store" trace C9
exits 0 "the ledger verifies" "$HEALTHCODE" --data "$FOLDER/store" ledger verify
