# What a case rests on: without a laboratory's result or two clinicians' words it is isolated, and colours nobody.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
CLOSE=$(id_number 330110 19820101 011)
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
at() { local at=$1 && shift && H --now "$at" "$@"; }
# as USER TIME COMMAND...
as() { local user=$1 at=$2 && shift 2 && HEALTHCODE_TOKEN="password of $user" H --as "$user" --now "$at" "$@"; }
colour() { at "$1" --json explain "$2" --pack $PACK | jq -r .colour; }
grounds() { at "$1" --json case show "$2" | jq -c '[.grounds, .grounds_from, .grounds_until]'; }

H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in li:clinician wang:clinician zhao:supervisor; do
	HEALTHCODE_PASSWORD="password of ${user%:*}" H user add "${user%:*}" --role "${user#*:}" >/dev/null
done
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$CASE,居民1,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK
$CLOSE,居民2,13800002002,330110,2020-03-01T12:00:00+08:00,$PACK
CSV
printf 'place,kind,name,division,country\ntea-house,venue,茶馆,330110,CN\n' >"$FOLDER/places.csv"
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat
$CASE,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7
$CLOSE,tea-house,2020-03-09T09:30:00+08:00,2020-03-09T12:00:00+08:00,7B
CSV
for kind in residents places stays; do
	exits 0 "$kind come in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv"
done
no_cases 330100 | at 2020-03-11T08:00:00+08:00 import areas - >/dev/null
# row NAME STATUS CONFIRMED_AT [GROUNDS [CLINICIANS]]
row() {
	echo case,id_number,status,onset,confirmed_at,isolated_at,grounds,clinicians
	echo "$1,$CASE,$2,2020-03-07,$3,2020-03-10T12:00:00+08:00,${4:-},${5:-}"
}

# Somebody types a suspected case.
row C1 suspected 2020-03-11T10:00:00+08:00 >"$FOLDER/case.csv"
exits 0 "a department hands in a suspected case" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T10:00:00+08:00 import cases "$FOLDER/case.csv"
is red "$(colour 2020-03-11T11:00:00+08:00 "$CASE")" "the case himself is not to go out"
is green "$(colour 2020-03-11T11:00:00+08:00 "$CLOSE")" "whom he met keeps the colour: nobody but a list says so"
is '[false,null,null]' "$(grounds 2020-03-11T11:00:00+08:00 C1)" "it has no grounds"
is 1 "$(at 2020-03-11T11:00:00+08:00 --json trace C1 | wc -l)" "they are traced all the same"
exits 1 "whoever acts in no name cannot say that it is one" H --now 2020-03-12T08:00:00+08:00 case affirm C1
exits 1 "nor does an office's supervisor" as zhao 2020-03-12T08:00:00+08:00 case affirm C1
exits 1 "nor is there another case" as li 2020-03-12T08:00:00+08:00 case affirm C9
exits 0 "one clinician says so" as li 2020-03-12T09:00:00+08:00 case affirm C1
exits 1 "once" as li 2020-03-12T09:30:00+08:00 case affirm C1
is green "$(colour 2020-03-12T09:30:00+08:00 "$CLOSE")" "one word is not enough"
exits 0 "another clinician says so" as wang 2020-03-12T10:00:00+08:00 case affirm C1
is red "$(colour 2020-03-12T10:00:00+08:00 "$CLOSE")" "two are: the contact is red"
is green "$(colour 2020-03-12T09:59:59+08:00 "$CLOSE")" "from the second word on"
is '[true,"2020-03-12T10:00:00+08:00",null]' "$(grounds 2020-03-12T11:00:00+08:00 C1)" "it has grounds since then"
exits 0 "one of them takes it back" as li 2020-03-13T10:00:00+08:00 case retract C1
is green "$(colour 2020-03-13T10:00:00+08:00 "$CLOSE")" "the contact has the colour back"
is red "$(colour 2020-03-13T09:59:59+08:00 "$CLOSE")" "from then on, and what was stays as it was"
exits 1 "what was taken back is not taken back again" as li 2020-03-13T11:00:00+08:00 case retract C1
is '[["li","2020-03-12T01:00:00+00:00","2020-03-13T02:00:00+00:00"],["wang","2020-03-12T02:00:00+00:00",null]]' \
	"$(at 2020-03-13T12:00:00+08:00 --json case show C1 | jq -c '.words | map([.by, .at, .withdrawn_at])')" "who said what, and when, is there to be read"
exits 0 "a sound ledger: each word is in it" H ledger verify
is 3 "$(H --json ledger show | grep -c case_word)" "three times"

# A laboratory's result for the same person is enough by itself.
row C1 confirmed 2020-03-14T10:00:00+08:00 laboratory >"$FOLDER/confirmed.csv"
exits 0 "the list says that a laboratory confirmed it" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-14T10:00:00+08:00 import cases "$FOLDER/confirmed.csv"
is red "$(colour 2020-03-14T10:00:00+08:00 "$CLOSE")" "the contact is red"
exits 0 "it is undone" H --now 2020-03-15T10:00:00+08:00 import undo "$(H --json import list | jq -s '[.[] | select(.kind == "cases")] | last | .import')"
is green "$(colour 2020-03-15T10:00:00+08:00 "$CLOSE")" "and the contact has the colour back"

# What a list says it rests on is checked.
for bad in "suspected,rumour," "suspected,clinicians," "suspected,clinicians,Li Wei" "suspected,clinicians,Li Wei; Li Wei" "suspected,laboratory,Li Wei; Wang Fang" "laboratory,,"; do
	IFS=, read -r status what names <<<"$bad"
	row C2 "$status" 2020-03-15T11:00:00+08:00 "$what" "$names" >"$FOLDER/bad.csv"
	exits 3 "no grounds: $bad" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-15T11:00:00+08:00 import cases "$FOLDER/bad.csv"
done
row C1 suspected 2020-03-11T10:00:00+08:00 clinicians "Li Wei; Wang Fang" >"$FOLDER/case.csv"
exits 0 "a list names the two clinicians" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-15T12:00:00+08:00 import cases "$FOLDER/case.csv"
is red "$(colour 2020-03-15T12:00:00+08:00 "$CLOSE")" "which counts as their word"
row C1 suspected 2020-03-11T10:00:00+08:00 none >"$FOLDER/case.csv"
exits 0 "a correction says that there were none" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-15T13:00:00+08:00 import cases "$FOLDER/case.csv"
is green "$(colour 2020-03-15T13:00:00+08:00 "$CLOSE")" "and gives the colour back"
