# Pings of phones become stays: whose they are, where and how long, in whatever order they come.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
NEAR=$(id_number 330110 19810101 011)
BORDER=$(id_number 330110 19820101 011)
HEIR=$(id_number 330110 19830101 011)
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
H init --pack "$SOURCE/packs/$PACK" "$SOURCE/packs/travel-card-2020" --clock 2020-03-11T08:00:00+08:00 2>/dev/null

# gps WHO DAY HOUR LATITUDE LONGITUDE: an hour of positions, every five minutes, with some noise
gps() { for m in 00 05 10 15 20 25 30 35 40 45 50 55; do echo "$1,2020-03-$2T$3:$m:00+08:00,$4$((10#$m * 7 % 90 + 10)),$5$((10#$m * 13 % 90 + 10)),15"; done; }
{
	echo id_number,at,latitude,longitude,accuracy_m
	gps "$CASE" 09 09 29.8680 121.5440
	gps "$CASE" 09 10 29.8680 121.5440
	gps "$CASE" 09 11 29.9980 121.7440
	gps "$NEAR" 09 10 29.8682 121.5441
} >"$FOLDER/pings.csv"
exits 0 "pings come in" H import pings "$FOLDER/pings.csv"
is "pings: 3 new, 0 changed, 45 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "a ping of each stay counts as it does"
exits 0 "the same file again" H import pings "$FOLDER/pings.csv"
is "pings: 0 new, 0 changed, 48 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "changes nothing"
{ head -n 1 "$FOLDER/pings.csv" && tail -n +2 "$FOLDER/pings.csv" | sort -t, -k2,2 -r | sort -s -t, -k2.12,2.13 -k1,1; } >"$FOLDER/shuffled.csv"
exits 0 "the same pings in another order" H import pings "$FOLDER/shuffled.csv"
is "pings: 0 new, 0 changed, 48 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "are the same stays"
sed 1d "$FOLDER/pings.csv" | awk -F, '{ printf "{\"id_number\":\"%s\",\"at\":\"%s\",\"latitude\":%s,\"longitude\":%s,\"accuracy_m\":%s}\n", $1, $2, $3, $4, $5 }' >"$FOLDER/pings.json"
exits 0 "JSON lines" H import pings "$FOLDER/pings.json"
is "pings: 0 new, 0 changed, 48 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "say the same"
exits 0 "what a command writes" H import pings <(gzip -c "$FOLDER/pings.csv" | gzip -dc)
is "pings: 0 new, 0 changed, 48 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "is read from its pipe, all of it"
mkfifo "$FOLDER/pings.fifo"
cat "$FOLDER/pings.csv" >"$FOLDER/pings.fifo" &
exits 0 "a pipe with a name" H import pings "$FOLDER/pings.fifo"
is "pings: 0 new, 0 changed, 48 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "is opened once: its writer is not left alone"

cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at
C1,$CASE,confirmed,2020-03-09,2020-03-10T10:00:00+08:00
CSV
exits 0 "the case comes in" H import cases "$FOLDER/cases.csv"
is "2020-03-09T10:00:00+08:00 2020-03-09T10:55:00+08:00 55" "$(H --json trace C1 | jq -r '"\(.from) \(.to) \(.minutes)"')" "who was near is found, from when to when"

# A device is somebody's from a day on, and another's later.
cat >"$FOLDER/devices.csv" <<CSV
device,id_number,since
13900000001,$BORDER,2020-01-01
13900000001,$HEIR,2020-03-08T12:00:00+08:00
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country,latitude,longitude
tower-a,base_station,塔甲,330203,CN,29.8600,121.5400
tower-b,base_station,塔乙,420106,CN,29.8700,121.5450
CSV
# The phone stands still in tower-a's cell; now and then, also first and last, it is heard by the tower across the border.
{
	echo device,at,cell
	for h in 01 02 03 04 05 06 07 08 09 10 11; do
		echo "13900000001,2020-03-08T$h:00:00+08:00,tower-b"
		for m in 10 20 30 40 50; do echo "13900000001,2020-03-08T$h:$m:00+08:00,tower-a"; done
	done
	for m in 00 10 20 30 40 50; do echo "13900000001,2020-03-08T18:$m:00+08:00,tower-b"; done
} >"$FOLDER/signals.csv"
exits 0 "devices come in" H import devices "$FOLDER/devices.csv"
exits 0 "places come in" H import places "$FOLDER/places.csv"
exits 0 "signalling comes in" H import pings "$FOLDER/signals.csv"
is "pings: 3 new, 0 changed, 69 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "three stays are made of it"
card() { H --now 2020-03-11T09:00:00+08:00 --json travel-card "$1" | jq -r '.colour + " " + ([.places[] | "\(.division):\(.hours)"] | join(" "))'; }
is "green 330200:10" "$(card "$BORDER")" "the tower across the border puts no city on the travel card"
exits 1 "whose phone it is only since that day has no card yet" H --now 2020-03-11T09:00:00+08:00 travel-card "$HEIR"
holds "and is told from when on" grep -q "new: it has a card from 2020-03-22T00:00:00+08:00" "$FOLDER/err"

# What is wrong is refused, each row for itself.
cat >"$FOLDER/wrong.csv" <<CSV
device,id_number,at,latitude,longitude,accuracy_m,cell
13900000009,,2020-03-08T10:00:00+08:00,29.86,121.54,,
,$CASE,2020-03-08T10:00:00+08:00,91,121.54,,
,$CASE,2020-03-08T10:00:00+08:00,29.86,,,
,$CASE,2020-03-08T10:00:00+08:00,29.86,121.54,-1,
,$CASE,2020-03-08T10:00:00+08:00,29.86,121.54,,tower-a
13900000001,$CASE,2020-03-08T10:00:00+08:00,29.86,121.54,,
,,2020-03-08T10:00:00+08:00,29.86,121.54,,
,$CASE,yesterday,29.86,121.54,,
,$CASE,2020-03-08T10:00:00+08:00,29.86,121.54,,
,$CASE,2020-03-08T08:59:59+08:00,29.86,121.54,,
CSV
exits 3 "rows in fault" H import pings "$FOLDER/wrong.csv"
is "pings: 0 new, 0 changed, 1 unchanged, 9 rejected" "$(cat "$FOLDER/out")" "cost themselves only"
holds "an unknown device is told" grep -q "wrong.csv:2:1: .*nobody" "$FOLDER/err"
holds "and a latitude" grep -q "wrong.csv:3:.*latitude" "$FOLDER/err"
holds "and what comes too late" grep -q "wrong.csv:11:.*older" "$FOLDER/err"

# Who was protected all the time is no close contact where the pack says so; that it was otherwise is a correction.
office() { # PROTECTED FILE
	cat >"$FOLDER/office.csv" <<CSV
id_number,place,from,to,protected,outdoor
$CASE,office,2020-03-09T14:00:00+08:00,2020-03-09T17:00:00+08:00,,
$NEAR,office,2020-03-09T14:00:00+08:00,2020-03-09T17:00:00+08:00,$1,no
CSV
	H import stays "$FOLDER/office.csv" >"$FOLDER/out" 2>"$FOLDER/err"
}
printf 'place,kind,name,division,country\noffice,workplace,办公室,330203,CN\n' >"$FOLDER/office-place.csv"
exits 0 "an office comes in" H import places "$FOLDER/office-place.csv"
holds "stays in it come in" office yes
at_office() { H --json trace C1 | jq -r 'select(.place == "office") | "\(.kind) \(.minutes)"'; }
is "co-exposed 180" "$(at_office)" "who wore a mask there all the time is co-exposed"
holds "the correction comes in" office no
is "stays: 0 new, 1 changed, 1 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "as one"
is "close 180" "$(at_office)" "without it they are a close contact"
! office perhaps || fail "another word is refused"
holds "another word is refused" grep -q "office.csv:3:.*yes or no" "$FOLDER/err"
