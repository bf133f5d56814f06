# The rules of Yuhang: seven days of healthy check-ins turn yellow green, fourteen turn red green, and a day that is
# missed or feverish begins the count anew.
. "$(dirname "$0")/lib.sh"

PACK=hangzhou-2020
REGULAR=$(id_number 330110 19850101 011)
MISSED=$(id_number 330110 19850102 011)
FEVERISH=$(id_number 330110 19850103 011)
COUGHING=$(id_number 330110 19850104 011)
ALMOST=$(id_number 330110 19850105 011)
CASE=$(id_number 330110 19850106 011)
MET=$(id_number 330110 19850107 011)
MET_MISSED=$(id_number 330110 19850108 011)
MET_LATE=$(id_number 330110 19850109 011)

{
	echo id_number,name,phone,division,applied_at,jurisdiction
	n=0
	for person in "$REGULAR" "$MISSED" "$FEVERISH" "$COUGHING" "$ALMOST" "$CASE" "$MET" "$MET_MISSED" "$MET_LATE"; do
		n=$((n + 1))
		echo "$person,居民$n,1380000100$n,330110,2020-03-01T12:00:00+08:00,$PACK"
	done
} >"$FOLDER/residents.csv"

checkin() { echo "$1,${2}T20:00:00+08:00,$3,${4:-},no"; } # PERSON DAY TEMPERATURE SYMPTOMS
{
	echo id_number,at,temperature_c,symptoms,contact
	# Yellow by a fever on 1 March; then each in their own way until the 31st.
	for person in "$REGULAR" "$MISSED" "$FEVERISH" "$COUGHING"; do checkin "$person" 2020-03-01 37.3; done
	checkin "$ALMOST" 2020-03-01 37.2
	for day in $(days 2020-03-02 2020-03-31); do
		checkin "$REGULAR" "$day" 36.5
		[ "$day" = 2020-03-06 ] || checkin "$MISSED" "$day" 36.5
		checkin "$FEVERISH" "$day" "$([ "$day" = 2020-03-06 ] && echo 37.3 || echo 37.2)"
		checkin "$COUGHING" "$day" 36.5 "$([ "$day" = 2020-03-06 ] && echo cough)"
	done
	for day in $(days 2020-03-01 2020-03-31); do
		checkin "$MET" "$day" 36.5
		[ "$day" = 2020-03-11 ] || checkin "$MET_MISSED" "$day" 36.5
		checkin "$MET_LATE" "$day" 36.5
	done
} >"$FOLDER/checkins.csv"

# Red by having met a case: on 22 February (so that the contact itself ends its fourteen days early), and on 1 March.
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
tea-house,venue,茶馆,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat
$CASE,tea-house,2020-02-22T09:00:00+08:00,2020-02-22T12:00:00+08:00,7
$MET,tea-house,2020-02-22T09:00:00+08:00,2020-02-22T12:00:00+08:00,7
$MET_MISSED,tea-house,2020-02-22T09:00:00+08:00,2020-02-22T12:00:00+08:00,7
$CASE,tea-house,2020-03-01T20:30:00+08:00,2020-03-01T22:00:00+08:00,7
$MET_LATE,tea-house,2020-03-01T20:30:00+08:00,2020-03-01T22:00:00+08:00,7
CSV
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at,isolated_at
C1,$CASE,confirmed,2020-02-22,2020-03-01T10:00:00+08:00,2020-03-01T23:00:00+08:00
CSV

store() { # NAME PACK-FOLDER
	"$HEALTHCODE" --data "$FOLDER/$1" init --pack "$2" --clock 2020-03-31T22:00:00+08:00 2>/dev/null
	for kind in residents places stays checkins cases; do
		"$HEALTHCODE" --data "$FOLDER/$1" import $kind "$FOLDER/$kind.csv" >/dev/null || fail "import $kind: exit $?"
	done
}
explain() { "$HEALTHCODE" --data "$FOLDER/$1" --now "$2" --json explain "$3" --pack $PACK; }
colour() { explain "$@" | jq -r .colour; }

# turns STORE PERSON BEFORE AT AFTER SENTENCE: the colour changes in that very second
turns() {
	local before=$(date -u -d "$4 - 1 second" +%FT%TZ)
	is "$3" "$(colour "$1" "$before" "$2")" "$6: $3 until then"
	is "$5" "$(colour "$1" "$4" "$2")" "$6: $5"
}

mkdir "$FOLDER/as-it-is"
cp -r "$SOURCE/packs/$PACK" "$FOLDER/as-it-is/"
store city "$FOLDER/as-it-is/$PACK"

is green "$(colour city 2020-03-01T12:00:00+08:00 "$REGULAR")" "whoever nothing is known of is green at once"
turns city "$REGULAR" green "2020-03-01T20:00:00+08:00" yellow "a check-in with 37.3 degrees"
is green "$(colour city 2020-03-01T21:00:00+08:00 "$ALMOST")" "37.2 degrees are no fever"
turns city "$REGULAR" yellow "2020-03-08T20:00:00+08:00" green "the seventh healthy check-in in a row"
turns city "$MISSED" yellow "2020-03-13T20:00:00+08:00" green "a missed day begins the seven anew"
turns city "$FEVERISH" yellow "2020-03-13T20:00:00+08:00" green "a day with 37.3 degrees begins the seven anew"
turns city "$COUGHING" yellow "2020-03-13T20:00:00+08:00" green "a day with a cough begins the seven anew"
turns city "$MET" red "2020-03-14T20:00:00+08:00" green "the fourteenth healthy check-in since the red began, long after the contact's own fourteen days"
turns city "$MET_MISSED" red "2020-03-25T20:00:00+08:00" green "a missed day begins the fourteen anew"
is red "$(colour city 2020-03-07T12:00:00+08:00 "$MET")" "seven days are not enough for red"

held=$(explain city 2020-03-05T12:00:00+08:00 "$REGULAR")
json_holds "yellow says why, in two languages, with the check-in" \
	'.colour == "yellow" and any(.rules[]; .reason.zh != "" and .reason.en != "" and (.evidence | length > 0))' "$held"
is 2020-03-01T20:00:00+08:00 "$(jq -r .since <<<"$held")" "and since when"
is null "$(jq -r .next <<<"$held")" "with nothing new, nothing changes: check-ins are what is missing"
held=$(explain city 2020-03-10T12:00:00+08:00 "$MET")
json_holds "red after the contact's own days still names what made it red" \
	'.colour == "red" and (.rules | length > 0) and all(.rules[]; .evidence | length > 0)' "$held"
# Fourteen check-ins are there before fourteen days since the meeting are over: now the clock alone turns it.
held=$(explain city 2020-03-15T21:00:00+08:00 "$MET_LATE")
is red "$(jq -r .colour <<<"$held")" "while the contact's fourteen days last, no number of check-ins helps"
at=$(jq -r .next.at <<<"$held")
is green "$(jq -r .next.colour <<<"$held")" "next says what comes"
turns city "$MET_LATE" red "$at" green "next is right to the second ($at)"

# The article of March: fourteen days for both. One parameter.
cp -r "$SOURCE/packs/$PACK" "$FOLDER/$PACK"
sed -i 's/"yellow_days": 7/"yellow_days": 14/' "$FOLDER/$PACK/pack.json"
is 1 "$(diff "$SOURCE/packs/$PACK/pack.json" "$FOLDER/$PACK/pack.json" | grep -c '^>')" "one line of the pack changes"
store article "$FOLDER/$PACK"
turns article "$REGULAR" yellow "2020-03-15T20:00:00+08:00" green "fourteen for yellow too, by one parameter"
turns article "$FEVERISH" yellow "2020-03-20T20:00:00+08:00" green "and a feverish day begins the fourteen anew"
turns article "$MET" red "2020-03-14T20:00:00+08:00" green "red stays as it was"
[ "$(explain city 2020-03-05T12:00:00+08:00 "$REGULAR" | jq -r .policy)" != "$(explain article 2020-03-05T12:00:00+08:00 "$REGULAR" | jq -r .policy)" ] || fail "two packs have one hash"
ok "the answer names another policy"
