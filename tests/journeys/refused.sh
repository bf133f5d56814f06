# Each way to bring a code that must not count, at each gate: `code verify` and `gate check` on the command line, and the service's. What the
# guard's page says of the same codes is in web/tests/unit/refused.test.ts, the library in tests/credential/refused_test.c.
. "$(dirname "$0")/lib.sh"

T=2020-03-24T08:00:00+08:00
FENG=$(id_number 420802 19880612 002)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait; rm -rf "$FOLDER"' EXIT
export HEALTHCODE_PASSWORD='three plain words'
at() { "$HEALTHCODE" --data "$FOLDER/$1" "${@:2}"; }
printf 'id_number,name,phone,division,applied_at\n%s,冯丽,13800000001,420802,2020-03-01T10:00:00+08:00\n' "$FENG" >"$FOLDER/residents.csv"
printf 'place,kind,name,division,country\nstation,venue,荆门站,420802,CN\n' >"$FOLDER/places.csv"
# Another store says that it signs for the same jurisdiction.
for name in here pretender; do
	at $name init --pack "$SOURCE/packs/hubei-2020" --clock $T >/dev/null
	at $name import residents "$FOLDER/residents.csv" >/dev/null
done
at here import places "$FOLDER/places.csv" >/dev/null
at here user add guard --role gate >/dev/null
STORE=$FOLDER/here
serve
servers+=("$SERVER")
ask POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
guard=$(bearer "$(jq -r .token <<<"$BODY")")

issue() { at "${1:-here}" ${2:+--now "$2"} --json code issue "$FENG" --pack hubei-2020 | jq -r .code; }
forge() { node "$SOURCE/tests/journeys/forge.mjs" "$1" "$(issue)"; }
# refused WHAT CODE CAUSE-OF-VERIFY CAUSE-AT-GATES: a code of any colour that is good asks or passes here, and none is refused by its colour
refused() {
	local verdict
	at here trust export >"$FOLDER/list"
	at here --json code verify "$2" --trust "$FOLDER/list" --now "$(at here --json code issue "$FENG" --pack hubei-2020 | jq -r .issued_at)" >"$FOLDER/verified" || true
	is "$3" "$(jq -r .cause "$FOLDER/verified")" "$1: code verify"
	verdict=$(at here --json gate check "$2" --place station || true)
	is "$4" "$(jq -r .cause <<<"$verdict")" "$1: gate check"
	is refuse "$(jq -r .verdict <<<"$verdict")" "$1: it is refused"
	ask POST /v1/checks "$(jq -cn --arg code "$2" '{code: $code, place: "station"}')" -H "$guard"
	is "201 $4" "$STATUS $(jq -r .cause <<<"$BODY")" "$1: the service"
	json_holds "$1: and nothing of what it says is told" '.verdict == "refuse" and .colour == null' "$BODY"
}
good=$(issue)
json_holds "a good code is asked about for its colour alone" '.cause == "yellow" and .verdict == "ask"' "$(at here --json gate check "$good" --place station || true)"
refused forged "$(forge forged)" bad_signature wrong_signature
refused wrong-key "$(issue pretender)" unknown_key unknown_issuer
refused re-signed "$(forge re-signed)" bad_signature wrong_signature
refused trailing-byte "$(forge trailing-byte)" malformed malformed
refused oversize-deflate "$(forge oversize-deflate)" too_large malformed
refused alg-swapped "$(forge alg-swapped)" wrong_algorithm malformed
told() { # WHAT CODE CAUSE CAUSE-AT-GATES: whose signature holds, so that its colour may be told
	at here trust export >"$FOLDER/list"
	at here --json code verify "$2" --trust "$FOLDER/list" --now "$(at here --json code issue "$FENG" --pack hubei-2020 | jq -r .issued_at)" >"$FOLDER/verified" || true
	is "$3" "$(jq -r .cause "$FOLDER/verified")" "$1: code verify"
	verdict=$(at here --json gate check "$2" --place station || true)
	is "$4" "$(jq -r .cause <<<"$verdict")" "$1: gate check"
	[ "$(jq -r .verdict <<<"$verdict")" != pass ] || fail "$1: the gate passes it"
	ask POST /v1/checks "$(jq -cn --arg code "$2" '{code: $code, place: "station"}')" -H "$guard"
	is "201 $4" "$STATUS $(jq -r .cause <<<"$BODY")" "$1: the service"
}
told expired "$(issue here 2020-03-24T07:58:00+08:00)" expired expired
told not-yet-valid "$(issue here 2020-03-24T09:30:00+08:00)" not_yet_valid not_yet_valid
revoked=$(issue)
at here code revoke "$revoked" 2>/dev/null
told revoked "$revoked" revoked revoked

# A stale list: a gate without a network, a week later, guesses nothing; online, the service's own list is always new.
at here trust export >"$FOLDER/old.list"
exits 1 "stale-list: code verify" "$HEALTHCODE" --json code verify "$(issue here 2020-04-01T08:00:00+08:00)" --trust "$FOLDER/old.list" --now 2020-04-01T08:00:10+08:00
json_holds "stale-list: by a list that is too old, or does not know the day's key" '.cause == "list_too_old" or .cause == "unknown_key"' "$(cat "$FOLDER/out")"
long=$(at here --json code issue "$FENG" --pack hubei-2020 --paper "$FOLDER/paper.pdf" --now 2020-03-31T07:00:00+08:00 2>/dev/null | jq -r .code || true)
at here --now 2020-03-24T09:00:00+08:00 trust export >"$FOLDER/old.list"
exits 1 "stale-list: a code whose key it still knows" "$HEALTHCODE" --json code verify "$long" --trust "$FOLDER/old.list" --now 2020-03-31T09:00:01+08:00
is list_too_old "$(jq -r .cause "$FOLDER/out")" "stale-list: is refused for the list's age alone"
