# Codes of places: who scans the one on the screen is noted as having been there; one of a minute ago, of another day or of a forger is
# found out. Staff note who has no phone. A case who was there leads to who was there too.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
export HEALTHCODE_PASSWORD="correct horse battery staple"
PACK=hangzhou-2020
exits 0 "a store" H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00
li=$(id_number 330102 19800101 001) mei=$(id_number 330102 19820101 002) old=$(id_number 330102 19400101 003)
printf 'id_number,name,phone,division,applied_at\n%s,李雷,13800000001,330102,2020-03-01T12:00:00+08:00\n%s,韩梅,13800000002,330102,2020-03-01T12:00:00+08:00\n%s,王老,13800000003,330102,2020-03-01T12:00:00+08:00\n' \
	"$li" "$mei" "$old" >"$FOLDER/residents.csv"
exits 0 "three people" H import residents "$FOLDER/residents.csv"
printf 'place,kind,name,division\nmarket,market,菜市场,330102\nhome,household,家,330102\n' >"$FOLDER/places.csv"
exits 0 "a market and a home" H import places "$FOLDER/places.csv"
exits 0 "a guard" H user add guard --role gate

# On the command line.
exits 0 "the market's code" H place-code market
old_code=$(cat "$FOLDER/out")
holds "is a text in the codes' container" grep -q '^HC1:' "$FOLDER/out"
exits 1 "which is no health code" H code verify "$old_code" --trust <(H trust export)
exits 0 "it is drawn" H place-code market --svg "$FOLDER/code.svg" --png "$FOLDER/code.png"
exits 0 "sheets for three days are printed" H place-code market --poster "$FOLDER/posters.pdf" --days 3
holds "three pages" bash -c '[ "$(grep -ac "/Type /Page %" "$1")" = 3 ]' - "$FOLDER/posters.pdf"
exits 1 "nobody checks in at a home" H place-code home
exits 1 "nor at a place that is none" H place-code nowhere
exits 2 "nor for eight days" H place-code market --poster "$FOLDER/p.pdf" --days 8

# The forger has keys of his own, and the same names.
"$HEALTHCODE" --data "$FOLDER/forger" init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00 >/dev/null
"$HEALTHCODE" --data "$FOLDER/forger" import places "$FOLDER/places.csv" >/dev/null
forged=$("$HEALTHCODE" --data "$FOLDER/forger" place-code market)
tomorrow=$(H --now 2020-03-25T08:00:00+08:00 place-code market)
yesterday=$(H --now 2020-03-23T08:00:00+08:00 place-code market)

serve
trap 'kill "$SERVER" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT
# sign_in PHONE ID: as a resident; the token goes to TOKEN
sign_in() {
	patiently POST /v1/sessions/codes "{\"phone\":\"$1\",\"id_number\":\"$2\"}"
	secret=
	for _ in $(seq 100); do
		secret=$(jq -rs 'map(select(.kind == "sign-in-code")) | last.text // "" | capture("(?<code>[0-9]{6})").code' "$STORE/outbox.jsonl" 2>/dev/null || true)
		[ -z "$secret" ] || [ "$secret" = "${before:-}" ] || break
		sleep 0.1
	done
	before=$secret
	patiently POST /v1/sessions "{\"phone\":\"$1\",\"id_number\":\"$2\",\"code\":\"$secret\",\"transport\":\"token\"}"
	TOKEN=$(jq -r .token <<<"$BODY")
}
sign_in 13800000001 "$li"
li_token=$TOKEN
sign_in 13800000002 "$mei"
mei_token=$TOKEN
answers 201 "the guard signs in" POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
gate=$(jq -r .token <<<"$BODY")

is_problem 401 sign-in-needed "a stranger is not shown a place's code" GET /v1/place-code?place=market
is_problem 403 forbidden "nor is a resident" GET /v1/place-code?place=market "" -H "$(bearer "$li_token")"
answers 200 "the guards' page shows it" GET /v1/place-code?place=market "" -H "$(bearer "$gate")"
json_holds "with the place's name, for a minute" '.name == "菜市场" and ((.expires_at | sub("[+]08:00$"; "Z") | fromdate) - (.issued_at | sub("[+]08:00$"; "Z") | fromdate) == 60)' "$BODY"
code=$(jq -r .code <<<"$BODY")
answers 404 "a home has none" GET /v1/place-code?place=home "" -H "$(bearer "$gate")"
is_problem 400 bad-request "which place must be said" GET /v1/place-code "" -H "$(bearer "$gate")"

arrive() { ask POST /v1/me/stays "{\"code\":\"$2\"}" -H "$(bearer "$1")"; }
refused_for() { # CAUSE CODE SENTENCE
	arrive "$li_token" "$2"
	is "422 $1" "$STATUS $(jq -r '.errors[0].reason' <<<"$BODY")" "$3"
}
refused_for unknown_key "$forged" "a forged code is found out"
refused_for expired "$yesterday" "a picture of yesterday's is worth nothing"
refused_for not_yet_valid "$tomorrow" "nor is tomorrow's today"
refused_for not_a_code "$(H code issue "$li")" "a health code is no place's"
refused_for malformed "HC1:NONSENSE" "nor is nonsense"
is_problem 401 sign-in-needed "nobody checks in unseen" POST /v1/me/stays "{\"code\":\"$code\"}"
arrive "$li_token" "$code"
is "201 market 菜市场" "$STATUS $(jq -r '"\(.place) \(.name)"' <<<"$BODY")" "who scans it is noted there"
json_holds "for as long as the pack says" '((.to | sub("[+]08:00$"; "Z") | fromdate) - (.from | sub("[+]08:00$"; "Z") | fromdate)) == 7200' "$BODY"
from=$(jq -r .from <<<"$BODY")
sleep 2
arrive "$li_token" "$code"
is "201 $from" "$STATUS $(jq -r .from <<<"$BODY")" "who scans it twice came once"
arrive "$mei_token" "$code"
is 201 "$STATUS" "another comes"
mei_from=$(jq -r .from <<<"$BODY")
answers 404 "who was not there cannot leave" POST /v1/me/stays/ends "{\"place\":\"market\",\"from\":\"2020-03-24T07:00:00+08:00\"}" -H "$(bearer "$mei_token")"
sleep 1
answers 201 "she says that she left" POST /v1/me/stays/ends "{\"place\":\"market\",\"from\":\"$mei_from\"}" -H "$(bearer "$mei_token")"
json_holds "and her stay ends there" '(.to | sub("[+]08:00$"; "Z") | fromdate) - (.from | sub("[+]08:00$"; "Z") | fromdate) < 7200' "$BODY"
answers 404 "once" POST /v1/me/stays/ends "{\"place\":\"market\",\"from\":\"$mei_from\"}" -H "$(bearer "$mei_token")"

# Without a phone.
note() { ask POST /v1/stays "$1" -H "$(bearer "$gate")"; }
note "{\"place\":\"market\",\"id_number\":\"$old\"}"
is 201 "$STATUS" "staff note who has only an ID card"
noted=$BODY
note "{\"place\":\"market\",\"id_number\":\"$(id_number 330102 19400101 008)\"}"
is "201 $(jq -c 'keys' <<<"$noted")" "$STATUS $(jq -c keys <<<"$BODY")" "a number that nobody has is answered alike"
note "{\"place\":\"market\",\"code\":\"$forged\"}"
is 422 "$STATUS" "a place's code is nobody's"
note "{\"place\":\"market\",\"code\":\"$(H code issue "$mei")\"}"
is 201 "$STATUS" "or by the code that they show"
is_problem 403 forbidden "a resident notes nobody" POST /v1/stays "{\"place\":\"market\",\"id_number\":\"$old\"}" -H "$(bearer "$li_token")"
note "{\"place\":\"market\",\"id_number\":\"123\"}"
is 422 "$STATUS" "what is no ID number is told so"
kill "$SERVER"
wait "$SERVER" 2>/dev/null || true

# A case who was there.
printf 'case,id_number,status,onset,sampled,confirmed_at\nC1,%s,confirmed,2020-03-23T08:00:00+08:00,2020-03-24T12:00:00+08:00,2020-03-24T20:00:00+08:00\n' "$li" >"$FOLDER/cases.csv"
exits 0 "one of them becomes a case" H --now 2020-03-24T21:00:00+08:00 import cases "$FOLDER/cases.csv"
H --now 2020-03-24T21:00:00+08:00 --json trace C1 >"$FOLDER/traced"
is "2 market co-exposed" "$(jq -rs '"\(map(.person) | unique | length) \(map(.place) | unique | join(" ")) \(map(.kind) | unique | join(" "))"' "$FOLDER/traced")" \
	"and the two others were there with them, at an undivided place"
holds "the market learned nobody's name: its stays are sealed" bash -c '! grep -raq "market.*13800000001" "$1"' - "$STORE/registry.db"
holds "who was typed is told, and where" grep -q '"id-number-typed".*菜市场' "$STORE/outbox.jsonl"
exits 0 "the store is whole" H check
