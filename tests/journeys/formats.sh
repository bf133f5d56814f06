# What a health department gets beside cases: scans at venues' doors, an authority's lists of areas by risk, a register of vaccinations.
. "$(dirname "$0")/lib.sh"

CASE=$(id_number 420802 19790130 003)
GUEST=$(id_number 420802 19850211 007)
LATE=$(id_number 420802 19850311 005)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$CASE,周强,13800000001,420802,2020-02-20T11:00:00+08:00
$GUEST,熊林,13800000002,420802,2020-02-20T11:00:00+08:00
$LATE,陈一,13800000003,420802,2020-02-20T11:00:00+08:00
CSV
# The reading of another program: its headings, its way of writing a day.
cat >"$FOLDER/scans.csv" <<CSV
身份证,场所,到达,离开
$CASE,HOTPOT,2020-03-20T18:00:00+08:00,2020-03-20T20:00:00+08:00
$GUEST,HOTPOT,2020-03-20T18:30:00+08:00,
$LATE,HOTPOT,2020-03-20T20:30:00+08:00,
CSV
cat >"$FOLDER/scans.json" <<'JSON'
{"kind": "venue-checkins", "columns": {"身份证": "id_number", "场所": "place", "到达": "at", "离开": "left_at"}}
JSON
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at
V1,$CASE,confirmed,2020-03-21T08:00:00+08:00,2020-03-23T10:00:00+08:00
CSV

run() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
run init --pack "$SOURCE/packs/hubei-2020" --clock 2020-03-24T08:00:00+08:00 >/dev/null
run import residents "$FOLDER/residents.csv" >/dev/null
run import places - >/dev/null <<<"place,kind,name
HOTPOT,meal,火锅"
exits 0 "scans come under another program's headings" run import venue-checkins --mapping "$FOLDER/scans.json" "$FOLDER/scans.csv"
is "venue-checkins: 3 new, 0 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "each is a stay"
run import cases "$FOLDER/cases.csv" >/dev/null
met() { run --json trace V1 | jq -r '.minutes' | tr '\n' ' '; }
is "90 " "$(met)" "who scanned in while the case was there is a contact, who came later is none"
exits 0 "that they left after half an hour is told later" run import venue-checkins - <<<"id_number,place,at,left_at
$GUEST,HOTPOT,2020-03-20T18:30:00+08:00,2020-03-20T19:00:00+08:00"
is "30 " "$(met)" "and corrects it"
exits 3 "a row in fault is refused" run import venue-checkins --rejects "$FOLDER/rejects.csv" - <<<"id_number,place,at,left_at
$GUEST,HOTPOT,2020-03-20T18:30:00+08:00,2020-03-20T18:00:00+08:00
$GUEST,BAR,2020-03-21T18:30:00+08:00,"
is "standard input:2:53: the end is not after the beginning" "$(cat "$FOLDER/err")" "with its place and reason"
is 2 "$(wc -l <"$FOLDER/rejects.csv")" "and is kept to be mended"

cat >"$FOLDER/list.csv" <<'CSV'
from,country,province,city,level,source
2020-03-01,CN,湖北省,荆门市,high,state-council
2020-03-01,CN,湖北省,武汉市,high,state-council
2020-03-10,CN,湖北省,武汉市,high,state-council
CSV
exits 0 "an authority's lists of areas by risk are read" run import risk-areas "$FOLDER/list.csv"
is "risk-areas: 3 new, 0 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "a row is an area in a list"
exits 0 "again" run import risk-areas "$FOLDER/list.csv"
is "risk-areas: 0 new, 0 changed, 3 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "changes nothing"
exits 3 "a level that is none is refused" run import risk-areas - <<<"from,country,division,level
2020-03-01,CN,420800,severe"
is "standard input:2:22: low, medium or high expected" "$(cat "$FOLDER/err")" "with its place and reason"

# A pack that asks for two doses, and follows the list.
cp -r "$SOURCE/packs/hubei-2020" "$FOLDER/doses-2021"
jq '.when = {"if": [{"var": "payload.latest.vaccinations"}, {"<": [{"var": "payload.latest.vaccinations.dose"}, 2]}, true]} |
	.id = "HB-YELLOW-DOSES" | .evidence = ["vaccinations"] | del(.each) | .colour = "yellow"' \
	"$(grep -l '"HB-YELLOW-EXPIRED"' "$FOLDER"/doses-2021/rules/*.json)" >"$FOLDER/doses-2021/rules/yellow_doses.json"
holds "a pack may ask for doses" "$HEALTHCODE" pack check "$FOLDER/doses-2021"
cat >"$FOLDER/doses.csv" <<CSV
id_number,date,vaccine,dose,doses,withdrawn
$LATE,2020-03-01,EU/1/20/1528,1,2,
$LATE,2020-03-22,EU/1/20/1528,2,2,
CSV
doses() { "$HEALTHCODE" --data "$FOLDER/doses" "$@"; }
doses init --pack "$FOLDER/doses-2021" --clock 2020-03-24T08:00:00+08:00 >/dev/null
doses import residents "$FOLDER/residents.csv" >/dev/null
due() { doses --json explain "$LATE" --pack doses-2021 | jq '.rules | any(.id == "HB-YELLOW-DOSES")'; }
doses evaluate >/dev/null
is true "$(due)" "without a dose its rule says so"
exits 0 "a register's rows are read" doses import vaccinations "$FOLDER/doses.csv"
is "vaccinations: 2 new, 0 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "each is a dose"
is false "$(due)" "with two it does not"
number=$(doses --json import list | jq -s 'map(select(.kind == "vaccinations"))[0].import')
exits 0 "the import is undone" doses import undo "$number"
is true "$(due)" "and the rule says so again"
