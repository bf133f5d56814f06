# The travel card: the cities and countries of the fourteen days before today with more than four hours, for whoever has
# been somewhere, whether they ever applied for a code or not.
. "$(dirname "$0")/lib.sh"

NOW=2020-03-24T12:00:00+08:00
serial=100
person() { # NAME: an ID number for each
	serial=$((serial + 1))
	printf -v "$1" %s "$(id_number 330110 19900101 $serial)"
}
for name in WUHAN SEOUL BOTH TODAY FOUR_HOURS EDGE OVER_EDGE SUMMED ABROAD STAYED OLD NOWHERE STRANGER NEW KNOWN ACROSS UNKNOWN_CELL; do person $name; done

cat >"$FOLDER/visits.csv" <<CSV
id_number,country,division,from,to
$WUHAN,CN,420106,2020-03-12T08:00:00+08:00,2020-03-12T14:30:00+08:00
$SEOUL,KR,,2020-03-11T10:00:00+09:00,2020-03-13T10:00:00+09:00
$BOTH,IT,,2020-03-10T10:00:00+08:00,2020-03-12T10:00:00+08:00
$BOTH,CN,420300,2020-03-13T10:00:00+08:00,2020-03-15T10:00:00+08:00
$TODAY,CN,420106,2020-03-24T00:00:00+08:00,2020-03-24T11:00:00+08:00
$FOUR_HOURS,CN,330203,2020-03-20T08:00:00+08:00,2020-03-20T12:00:00+08:00
$FOUR_HOURS,CN,330106,2020-03-21T08:00:00+08:00,2020-03-21T12:00:01+08:00
$EDGE,CN,420106,2020-03-01T00:00:00+08:00,2020-03-10T04:00:00+08:00
$OVER_EDGE,CN,420106,2020-03-01T00:00:00+08:00,2020-03-10T04:00:01+08:00
$SUMMED,CN,420106,2020-03-14T08:00:00+08:00,2020-03-14T10:30:00+08:00
$SUMMED,CN,420111,2020-03-17T08:00:00+08:00,2020-03-17T10:30:00+08:00
$ABROAD,NZ,,2020-03-11T10:00:00+08:00,2020-03-13T10:00:00+08:00
$OLD,CN,420106,2020-02-01T00:00:00+08:00,2020-03-09T23:59:59+08:00
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
wuhan-market,venue,市场,420106,CN
wuhan-hotel,venue,酒店,420102,CN
tokyo-office,venue,Office,,JP
hotel-at-home,venue,旅馆,330203,CN
CSV
cat >"$FOLDER/devices.csv" <<CSV
device,id_number,since
13900000021,$NEW,2020-03-11T09:00:00+08:00
13900000022,$KNOWN,2020-03-10T23:59:59+08:00
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to
$STAYED,wuhan-market,2020-03-15T08:00:00+08:00,2020-03-15T11:00:00+08:00
$STAYED,wuhan-hotel,2020-03-15T12:00:00+08:00,2020-03-15T15:00:00+08:00
$STAYED,tokyo-office,2020-03-18T09:00:00+09:00,2020-03-18T17:00:00+09:00
$ACROSS,wuhan-hotel,2020-03-15T22:00:00+08:00,2020-03-16T01:00:00+08:00
$ACROSS,hotel-at-home,2020-03-16T01:00:00+08:00,2020-03-16T03:00:00+08:00
$ACROSS,wuhan-hotel,2020-03-16T03:00:00+08:00,2020-03-16T05:00:01+08:00
$UNKNOWN_CELL,tower-nobody-knows,2020-03-15T08:00:00+08:00,2020-03-15T20:00:00+08:00
CSV
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$NOWHERE,安居,13800000001,330110,2020-03-20T09:00:00+08:00,hangzhou-2020
CSV

"$HEALTHCODE" --data "$FOLDER/store" init --pack "$SOURCE/packs/hangzhou-2020" "$SOURCE/packs/travel-card-2020" --clock $NOW 2>/dev/null
for kind in visits places stays residents devices; do
	exits 0 "import $kind" "$HEALTHCODE" --data "$FOLDER/store" import $kind "$FOLDER/$kind.csv"
done

card() { "$HEALTHCODE" --data "$FOLDER/store" --now "${2:-$NOW}" --json travel-card "$1"; }
shows() { # COLOUR PLACES PERSON SENTENCE [NOW]
	is "$1 $2" "$(card "$3" "${5:-$NOW}" | jq -r '[.colour] + [.places[] | "\(.division // .country):\(.hours)"] | join(" ")') " "$4"
}

shows red "420100:6 " "$WUHAN" "Hubei is red; the city is shown, with the hours, though nobody applied for the card"
shows yellow "KR:48 " "$SEOUL" "a country of the list is yellow"
shows red "420300:48 IT:48 " "$BOTH" "red weighs more than yellow, and both are shown"
shows green "" "$TODAY" "today does not count yet"
shows red "420100:11 " "$TODAY" "but tomorrow it does" 2020-03-25T00:00:00+08:00
shows green "330100:4 " "$FOUR_HOURS" "four hours to the second are not over four hours; a second more is"
shows green "" "$EDGE" "of a stay only what lies in the fourteen days counts"
shows red "420100:4 " "$OVER_EDGE" "to the second"
shows red "420100:5 " "$SUMMED" "hours in one city add up over its districts and days"
shows green "NZ:48 " "$ABROAD" "a country that is not on the list is shown and green"
shows red "420100:6 JP:8 " "$STAYED" "stays at places count like visits"
shows green "" "$OLD" "what ended before the fourteen days is forgotten by the card"
shows green "" "$NOWHERE" "who was nowhere has a green card without places"
shows green "" "$WUHAN" "after fourteen days the city is gone from the card" 2020-03-27T00:00:00+08:00
shows red "420100:6 " "$WUHAN" "and until then it is there" 2020-03-26T23:59:59+08:00

shows red "420100:5 " "$ACROSS" "nights count across midnight, and hours in one city add up around a way over the border"
shows green "" "$UNKNOWN_CELL" "of a cell that nobody knows no city is shown"
exits 1 "whose device is known for less than fourteen days has no card" "$HEALTHCODE" --data "$FOLDER/store" --now $NOW travel-card "$NEW"
holds "and is told from when on" grep -q "new: it has a card from 2020-03-25T00:00:00+08:00" "$FOLDER/err"
shows green "" "$NEW" "then it has one" 2020-03-25T00:00:00+08:00
shows green "" "$KNOWN" "a device known for fourteen days has one"

card=$(card "$WUHAN")
is "2020-03-10T00:00:00+08:00 2020-03-24T00:00:00+08:00" "$(jq -r '"\(.from) \(.to)"' <<<"$card")" "the card names its fourteen days"
json_holds "the city is named in both languages" '.places[0].name.en == "Wuhan" and .places[0].name.zh == "武汉市"' "$card"
exits 0 "in words" "$HEALTHCODE" --data "$FOLDER/store" --now $NOW travel-card "$WUHAN"
holds "with the colour and the city" grep -qE '^red|420100 .*Wuhan' "$FOLDER/out"
exits 1 "who is not known has no card" "$HEALTHCODE" --data "$FOLDER/store" --now $NOW travel-card "$STRANGER"
exits 1 "a code's pack is still for who applied" "$HEALTHCODE" --data "$FOLDER/store" --now $NOW explain "$WUHAN" --pack hangzhou-2020

# A carrier keeps the stays: what the holder takes along is a signed code of the card's colour.
H() { "$HEALTHCODE" --data "$FOLDER/store" --now $NOW "$@"; }
exits 0 "the trust list is written" H trust export
cp "$FOLDER/out" "$FOLDER/trust"
exits 0 "the card is signed at the holder's request, who never applied" H travel-card "$WUHAN" --sign
cp "$FOLDER/out" "$FOLDER/code"
json_holds "whoever has the trust list reads its colour and whose it is" '.valid and .colour == "red" and .issuer == "travel-card-2020"' \
	"$(H --json code verify "$FOLDER/code" --trust "$FOLDER/trust")"
