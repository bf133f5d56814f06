# Feng asks what awaits her on the way from Jingmen to Ningbo, as people had to ask a committee by telephone: by the order of
# 24 March 2020, which is a file in Hubei's pack, and by the rules of Ningbo.
. "$(dirname "$0")/lib.sh"

run() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
FENG=$(id_number 420802 19880612 002)
CASE=$(id_number 420802 19581103 001)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$FENG,冯丽,13800000001,420802,2020-02-20T09:00:00+08:00,ningbo-2020
$FENG,冯丽,13800000001,420802,2020-03-01T10:00:00+08:00,hubei-2020
$CASE,冯建国,13800000001,420802,2020-03-01T10:00:00+08:00,hubei-2020
CSV
{
	echo id_number,at,temperature_c,symptoms,contact
	for day in $(days 2020-02-20 2020-03-24); do echo "$FENG,${day}T07:00:00+08:00,36.5,,no"; done
} >"$FOLDER/checkins.csv"
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,confirmed_at
H1,$CASE,confirmed,2020-03-23T10:00:00+08:00
CSV
run init --pack "$SOURCE/packs/ningbo-2020" "$SOURCE/packs/hubei-2020" --clock 2020-03-24T08:00:00+08:00 >/dev/null
for kind in residents checkins cases; do run import $kind "$FOLDER/$kind.csv" >/dev/null; done
run import areas "$SOURCE/share/areas/china-2020.csv" >/dev/null 2>&1 || true

journey() { run --json journey "$@" || [ $? -eq 1 ]; }
is null "$(journey 荆门 宁波 2020-03-24 | jq -c .leave.permitted)" "without an order nothing is said of leaving"
exits 0 "the order of 24 March is read" run import orders "$SOURCE/packs/hubei-2020/orders/2020-03-24.csv"
is "orders: 3 new, 0 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "three parts"
exits 0 "again" run import orders "$SOURCE/packs/hubei-2020/orders/2020-03-24.csv"
is "orders: 0 new, 0 changed, 3 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "changes nothing"

exits 1 "on 24 March nobody leaves Hubei" run journey 420802 330203 2020-03-24
holds "but a second before midnight it says from when" grep -q 'not permitted before 2020-03-25T00:00:00+08:00' <(run journey 420802 330203 2020-03-24T23:59:59+08:00)
exits 0 "on 25 March Feng may" run --json journey 荆门市 Ningbo 2020-03-25 "$FENG"
answer=$(cat "$FOLDER/out")
json_holds "by an order, with what it needs and where it stands" '.leave.permitted and (.leave.orders | length == 1) and
	(.leave.orders[0] | .order == "hubei-2020-03-24-1" and .in_force and .needs == ["green_at_origin"] and .source and .text.zh)' "$answer"
json_holds "Ningbo has no order of its own" '.enter == {"permitted": null, "from": null, "orders": []}' "$answer"
json_holds "its gates take its own code and Hubei's" '.code.jurisdiction == "ningbo-2020" and .code.verdicts.green == "pass" and
	(.code.recognised | any(.jurisdiction == "hubei-2020"))' "$answer"
json_holds "both of hers are green and pass, by rules with reasons" '(.colours | length == 2 and all(.colour == "green" and .verdict == "pass")) and
	(.colours[] | select(.jurisdiction == "ningbo-2020").rules | length > 0 and all(.reason.zh and .reason.en))' "$answer"
exits 1 "a case does not travel" run --json journey 420802 330203 2020-03-25 "$CASE"
json_holds "for the colour" '.leave.permitted and (.colours | length == 1 and all(.colour == "red" and .verdict == "refuse"))' "$(cat "$FOLDER/out")"

answer=$(journey 武汉 宁波 2020-03-25)
json_holds "from Wuhan only migrant workers leave, tested, from point to point" '.leave.permitted == false and .leave.from == "2020-04-08T00:00:00+08:00" and
	(.leave.orders | map(select(.in_force)) | length == 1 and (.[0] | .for == "migrant_workers" and .transport == "point_to_point" and
	.needs == ["green_at_origin", "negative_test"]))' "$answer"
is false "$(journey 420106 330203 2020-04-07T23:59:59+08:00 | jq .leave.permitted)" "until the last second of 7 April"
is true "$(journey 420106 330203 2020-04-08 | jq .leave.permitted)" "on 8 April everybody"
is null "$(journey 420802 420500 2020-03-24 | jq .leave.permitted)" "who stays in Hubei leaves nothing"
is false "$(journey 420106 420802 2020-03-25 | jq .leave.permitted)" "but who goes from Wuhan to Jingmen leaves Wuhan"
is null "$(journey 330203 420802 2020-03-24 | jq .leave.permitted)" "an order about leaving says nothing of the way back"
is null "$(journey 420802 110101 2020-03-25 | jq .code)" "where no jurisdiction of the store is, no code is named"

head -n 1 "$SOURCE/packs/hubei-2020/orders/2020-03-24.csv" >"$FOLDER/bad.csv"
cat >>"$FOLDER/bad.csv" <<'CSV'
a,stay,420000,,2020-03-25,,,,,一,one,here
b,leave,429999,,2020-03-25,,,,,一,one,here
c,leave,420000,4201,2020-03-25,,,,,一,one,here
d,leave,420000,,2020-03-25,2020-03-25,,,,一,one,here
e,leave,420000,,2020-03-25,,,a_red_hat,,一,one,here
f,enter,330200,,2020-03-26,,,green_at_origin;green_at_destination,,一,one,here
CSV
exits 3 "what is no order is refused" run import orders "$FOLDER/bad.csv"
is "orders: 1 new, 0 changed, 0 unchanged, 5 rejected" "$(cat "$FOLDER/out")" "and the one that is is taken"
is "2 3 4 5 6" "$(sed -n 's/.*bad.csv:\([0-9]*\):.*/\1/p' "$FOLDER/err" | tr '\n' ' ' | sed 's/ $//')" "each line is named"
is "true false" "$(journey 420802 330203 2020-03-25 | jq -r '"\(.leave.permitted) \(.enter.permitted)"')" "an order to enter counts besides"
number=$(run --json import list | jq -rs 'map(if type == "array" then .[] else . end) | map(select(.kind == "orders")) | max_by(.import).import')
exits 0 "the last import is undone" run import undo "$number"
is null "$(journey 420802 330203 2020-03-25 | jq .enter.permitted)" "and its order with it"
exits 2 "a place that is none is told" run journey 999999 330203 2020-03-25
exits 2 "a day that is none too" run journey 420802 330203 tomorrow
