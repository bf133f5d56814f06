# A carrier's own store: phones and base stations, no people's names. What leaves it is a signed card, at the holder's request.
. "$(dirname "$0")/lib.sh"

NOW=2020-03-24T12:00:00+08:00
TRAVELLED=13900000031 AT_HOME=13900000032 HANDED_ON=13900000033 YOUNG=13900000034
H() { "$HEALTHCODE" --data "$FOLDER/carrier" --now "${AT:-$NOW}" "$@"; }
"$HEALTHCODE" --data "$FOLDER/carrier" init --pack "$SOURCE/packs/travel-card-2020" --clock $NOW 2>/dev/null

cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country,latitude,longitude
tower-wuhan,cell,塔,420102,CN,30.58,114.30
tower-ningbo,cell,塔,330203,CN,29.87,121.55
CSV
cat >"$FOLDER/devices.csv" <<CSV
device,since
$TRAVELLED,2019-05-01T00:00:00+08:00
$AT_HOME,2019-05-01T00:00:00+08:00
$HANDED_ON,2019-05-01T00:00:00+08:00
$HANDED_ON,2020-03-14T00:00:00+08:00
$YOUNG,2020-03-20T09:00:00+08:00
CSV
# seen DEVICE TOWER DAY HOUR...: every ten minutes of those hours
seen() {
	local device=$1 tower=$2 day=$3
	shift 3
	for hour; do for minute in 00 10 20 30 40 50; do echo "$device,2020-03-${day}T$hour:$minute:00+08:00,$tower"; done; done
}
{
	echo device,at,cell
	seen $TRAVELLED tower-wuhan 13 08 09 10 11 12 13
	seen $TRAVELLED tower-ningbo 15 08 09 10 11 12 13
	seen $AT_HOME tower-ningbo 15 08 09 10 11 12 13
	seen $HANDED_ON tower-wuhan 13 08 09 10 11 12 13
	seen $HANDED_ON tower-ningbo 16 08 09 10 11 12 13
} >"$FOLDER/pings.csv"
exits 0 "base stations come in" H import places "$FOLDER/places.csv"
exits 0 "devices come in without a name" H import devices "$FOLDER/devices.csv"
is "devices: 5 new, 0 changed, 0 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "all of them"
exits 0 "and again" H import devices "$FOLDER/devices.csv"
is "devices: 0 new, 0 changed, 5 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "which changes nothing"
exits 0 "pings come in by device" H import pings "$FOLDER/pings.csv"
holds "none is refused" grep -q ", 0 rejected" "$FOLDER/out"

card() { H --json travel-card "$1" --device | jq -r '[.colour] + ([.places[].division] | sort) | join(" ")'; }
is "red 330200 420100" "$(card $TRAVELLED)" "a phone's card shows where it was"
is "green 330200" "$(card $AT_HOME)" "each its own"
is $TRAVELLED "$(H --json travel-card $TRAVELLED --device | jq -r .device)" "and says whose it is"
exits 1 "who got a number eleven days ago has no card yet" H travel-card $HANDED_ON --device
holds "and is told from when on" grep -q "new: it has a card from 2020-03-28T00:00:00+08:00" "$FOLDER/err"
AT=2020-03-28T00:00:00+08:00 is "green 330200" "$(AT=2020-03-28T00:00:00+08:00 card $HANDED_ON)" "then it has none of the former holder's cities"
exits 1 "nor has a new SIM one" H travel-card $YOUNG --device
exits 1 "a device that nobody imported has none" H travel-card 13900000099 --device
holds "and is told why" grep -q "nobody's that is known" "$FOLDER/err"
exits 1 "a phone number is no ID" H travel-card $TRAVELLED
exits 2 "one device is needed" H travel-card --device

exits 0 "the trust list is written" H trust export
cp "$FOLDER/out" "$FOLDER/trust"
exits 0 "the card is signed at the holder's request" H travel-card $TRAVELLED --device --sign
cp "$FOLDER/out" "$FOLDER/code"
json_holds "whoever has the trust list reads its colour" '.valid and .colour == "red" and .issuer == "travel-card-2020"' \
	"$(H --json code verify "$FOLDER/code" --trust "$FOLDER/trust")"
holds "and nothing else: no city and no phone" test -z "$(H --json code verify "$FOLDER/code" --trust "$FOLDER/trust" | grep -E "420100|330200|$TRAVELLED")"
holds "the store holds no phone number in the clear" test -z "$(grep -rlaE "1390000003[1-4]" "$FOLDER/carrier")"
