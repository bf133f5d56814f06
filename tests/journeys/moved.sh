# Stays that arrive, change or are undone: who was there is evaluated again, by packs that read where people were.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
NOW=2020-03-02T12:00:00+08:00
WENT=$(id_number 330110 19800101 011)
STAYED=$(id_number 330110 19810101 011)
H() { "$HEALTHCODE" --data "$FOLDER/store" --now "$NOW" "$@"; }
last() { H --json import list | jq -s --arg kind "$1" '[.[] | select(.kind == $kind and .undone_at == null)] | last | .import'; }
evaluated() { H --json evaluate | jq -c 'select(.evaluated != null) | [.evaluated, .changed]'; }

cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$WENT,甲,13800002001,330110,2020-02-20T12:00:00+08:00,$PACK
$STAYED,乙,13800002002,330110,2020-02-20T12:00:00+08:00,$PACK
CSV
{
	no_cases 330100 330110
	echo 2020-02-28,CN,420800,10
	echo 2020-03-01,CN,420800,900
} >"$FOLDER/areas.csv"
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
hotel,venue,旅馆,420800,CN
CSV
sed s/420800/330110/ "$FOLDER/places.csv" >"$FOLDER/moved.csv"
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to
$WENT,hotel,2020-03-01T08:00:00+08:00,2020-03-01T20:00:00+08:00
CSV
cat >"$FOLDER/rail.csv" <<CSV
id_number,number,date,from,to,departs,arrives,carriage,seat
$STAYED,G1,2020-03-01,NGH,HGH,2020-03-01T08:00:00+08:00,2020-03-01T10:00:00+08:00,4,1A
CSV

"$HEALTHCODE" --data "$FOLDER/store" init --pack "$SOURCE/packs/$PACK" --clock "$NOW" 2>/dev/null
for kind in residents areas places; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
is "[2,2]" "$(evaluated)" "both are evaluated"
is "[0,0]" "$(evaluated)" "and nobody again"
exits 0 "a stay elsewhere comes in" H import stays "$FOLDER/stays.csv"
is "[1,1]" "$(evaluated)" "who was there is evaluated, and has another colour"
is yellow "$(H --json explain "$WENT" | jq -r '.[0].colour // .colour')" "for the risk where they were"
exits 0 "the same stay comes again" H import stays "$FOLDER/stays.csv"
exits 0 "and is taken back" H import undo "$(last stays)"
H evaluate >/dev/null
exits 0 "the place turns out to be at home" H import places "$FOLDER/moved.csv"
is 1 "$(evaluated | jq '.[1]')" "who was there gets their colour back"
exits 0 "that was wrong" H import undo "$(last places)"
is 1 "$(evaluated | jq '.[1]')" "and it is as before"
exits 0 "the stay was wrong as well" H import undo "$(last stays)"
is 1 "$(evaluated | jq '.[1]')" "and that they were there is as if never said"
is green "$(H --json explain "$WENT" | jq -r '.[0].colour // .colour')" "so that they are green"
exits 0 "a train's passengers come in" H import rail "$FOLDER/rail.csv"
is "[1,0]" "$(evaluated)" "who was on it is evaluated"
