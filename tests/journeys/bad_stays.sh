# What stays are refused, with line and reason, and what is merged, as docs/imports.md says.
. "$(dirname "$0")/lib.sh"

PACK=hubei-2020
A=$(id_number 420802 19800101 101)
B=$(id_number 420802 19800101 102)
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	for person in "$A" "$B"; do echo "$person,居民,13800000110,420802,2020-03-01T10:00:00+08:00,$PACK"; done
} >"$FOLDER/residents.csv"
store=$FOLDER/store
run() { "$HEALTHCODE" --data "$store" "$@"; }
run init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00 >/dev/null
run import residents "$FOLDER/residents.csv" >/dev/null

HEAD=id_number,place,latitude,longitude,from,to,date,seat
# refused ROW REASON
refused() {
	printf '%s\n%s\n' "$HEAD" "$1" >"$FOLDER/row.csv"
	exits 3 "refused: $2" run import stays "$FOLDER/row.csv"
	grep -q "row.csv:2:[0-9]*: .*$2" "$FOLDER/err" || fail "wanted $2, got $(cat "$FOLDER/err")"
}
FROM=2020-03-20T10:00:00+08:00
TO=2020-03-20T12:00:00+08:00
refused "$A,,91,112.2,$FROM,$TO,," latitude
refused "$A,,31.03,181,$FROM,$TO,," longitude
refused "$A,,31.03,,$FROM,$TO,," longitude
refused "$A,,,,$FROM,$TO,," "a place, or latitude and longitude, is needed"
refused "$A,shop,,,$TO,$FROM,," "the end is not after the beginning"
refused "$A,shop,,,$FROM,$FROM,," "the end is not after the beginning"
refused "$A,shop,,,$FROM,2022-03-20T12:00:00+08:00,," "longer than a year is a mistake"
refused "$A,shop,,,2020-03-20T25:00:00+08:00,$TO,," "an hour"
refused "$A,shop,,,$FROM,$TO,2020-03-20," "either from and to, or a date"
refused "$A,shop,,,$FROM,$TO,,seat" "a seat is a row and a letter"
refused "${A%?}?,shop,,,$FROM,$TO,," "ID number"
BY_ID_NUMBER=$HEAD
HEAD=person,place,from,to
refused "4294967295,shop,$FROM,$TO" "no person has this number"
refused "0,shop,$FROM,$TO" "a person's number expected"
HEAD=$BY_ID_NUMBER

import() {
	{
		echo "$HEAD"
		printf '%s\n' "$@"
	} >"$FOLDER/rows.csv"
	run import stays "$FOLDER/rows.csv"
}
is "stays: 1 new, 0 changed, 1 unchanged, 0 rejected" "$(import "$A,shop,,,$FROM,$TO,," "$A,shop,,,$FROM,$TO,,")" \
	"the same stay twice in a file is one"
is "stays: 0 new, 1 changed, 0 unchanged, 0 rejected" "$(import "$A,shop,,,$FROM,2020-03-20T13:00:00+08:00,,")" \
	"another end is a correction"
is "stays: 1 new, 0 changed, 0 unchanged, 0 rejected" "$(import "$A,shop,,,2020-03-20T11:00:00+08:00,$TO,,")" \
	"an overlapping stay is kept beside it"
is 3 "$(run --json check | jq .stays.stays)" "corrections are records beside the old ones"

printf '%s\n' place,kind,name,division,country shop,venue,店,420802,CN >"$FOLDER/places.csv"
is "places: 0 new, 1 changed, 0 unchanged, 0 rejected" "$(run import places "$FOLDER/places.csv")" \
	"a place of which stays knew the code alone is there, until places say more"

LATER=2020-03-24T10:00:00+08:00
is "stays: 2 new, 0 changed, 0 unchanged, 0 rejected" "$(import "$A,late,,,$LATER,2020-03-24T12:00:00+08:00,," "$B,late,,,$LATER,2020-03-24T12:00:00+08:00,,")" \
	"stays that are yet to come are kept"
printf '%s\n' case,id_number,status,onset,confirmed_at "C1,$A,confirmed,2020-03-22,2020-03-24T07:00:00+08:00" >"$FOLDER/cases.csv"
run import cases "$FOLDER/cases.csv" >/dev/null
at_late() { run --now "$1" trace C1 | grep -c late || true; }
is 0 "$(at_late 2020-03-24T09:00:00+08:00)" "nobody was met in them before they begin"
is 1 "$(at_late 2020-03-24T13:00:00+08:00)" "and who was is found once they are past"
