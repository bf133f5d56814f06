# What takes two people, over HTTP: other rules are rehearsed and go live, and a colour is set by hand, each signed by two.
. "$(dirname "$0")/lib.sh"

ASK=patiently

STORE=$FOLDER/store STAYS=$FOLDER/stays PACK=hubei-2020
export HEALTHCODE_PASSWORD='three plain words'
H() { "$HEALTHCODE" --data "$STORE" --presence "file://$STAYS" "$@"; }
FENG=$(id_number 420802 19880612 002)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$FENG,冯丽,13800002001,420802,2020-03-01T12:00:00+08:00,$PACK
$(id_number 420802 19880613 002),冯二,13800002002,420802,2020-03-23T12:00:00+08:00,$PACK
CSV
H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00 2>/dev/null
H import residents "$FOLDER/residents.csv" >/dev/null
H evaluate >/dev/null
colour() { H --json explain "$FENG" --pack $PACK | jq -r .colour; }
before=$(colour)
H user add first --role supervisor >/dev/null
H user add second --role administrator >/dev/null
H user add auditor --role auditor >/dev/null
H user add tracer --role tracer >/dev/null

trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2
for user in first second auditor tracer; do
	ask POST /v1/sessions "{\"user\":\"$user\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	declare "$user=$(bearer "$(jq -r .token <<<"$BODY")")"
done
signed() { jq -cn --arg password "${1:-$HEALTHCODE_PASSWORD}" '{password: $password}'; }

# A colour by hand.
override() { # COLOUR CAUSE UNTIL
	jq -cn --arg id "$FENG" --arg pack $PACK --arg colour "$1" --arg cause "$2" --arg until "$3" --arg password "$HEALTHCODE_PASSWORD" \
		'{id_number: $id, jurisdiction: $pack, colour: $colour, cause: $cause, until: $until, password: $password}'
}
good=$(override red order_of_headquarters 2020-03-26T08:00:00+08:00)
is_problem 401 sign-in-needed "nobody proposes unseen" POST /v1/overrides "$good"
is_problem 403 forbidden "a tracer proposes nothing" POST /v1/overrides "$good" -H "$tracer"
is_problem 403 forbidden "a token without the password neither" POST /v1/overrides "$(jq -c '.password = "guessed word"' <<<"$good")" -H "$first"
is_problem 422 invalid "a cause off the list" POST /v1/overrides "$(override red because 2020-03-26T08:00:00+08:00)" -H "$first"
is_problem 422 invalid "a colour that is none, in a place that is none" POST /v1/overrides "$(jq -c '.colour = "blue" | .jurisdiction = "packs"' <<<"$good")" -H "$first"
json_holds "each with its place" '[.errors[].pointer] == ["/jurisdiction", "/colour"]' "$BODY"
answers 201 "a supervisor proposes" POST /v1/overrides "$good" -H "$first"
is '1 proposed' "$(jq -r '"\(.proposal) \(.state)"' <<<"$BODY")" "it waits for a second person"
is "$before" "$(colour)" "nothing changed"
is_problem 403 forbidden "who proposed does not approve" POST /v1/proposals/1/approvals "$(signed)" -H "$first"
is_problem 404 not-found "a proposal that is none" POST /v1/proposals/7/approvals "$(signed)" -H "$second"
answers 201 "another approves" POST /v1/proposals/1/approvals "$(signed)" -H "$second"
is red "$(colour)" "the colour is set"
is_problem 409 conflict "once" POST /v1/proposals/1/approvals "$(signed)" -H "$second"
answers 201 "one person ends it" POST /v1/proposals/1/revocations "$(signed)" -H "$second"
is "$before" "$(colour)" "the rules count again"

# Other rules.
jq '.parameters |= with_entries(if (.value | type) == "number" then .value += 1 else . end)' "$SOURCE/packs/$PACK/pack.json" >"$FOLDER/pack.json"
pack() { # FILE of pack.json
	(cd "$SOURCE/packs/$PACK" && for file in rules/*.json texts/*.json; do jq -Rs --arg path "$file" '{($path): .}' "$file"; done
		jq -Rs '{"pack.json": .}' "$1") | jq -cs --arg pack $PACK '{jurisdiction: $pack, files: add}'
}
pack "$FOLDER/pack.json" >"$FOLDER/upload.json"
is_problem 403 forbidden "a tracer brings no rules" POST /v1/packs "@$FOLDER/upload.json" -H "$tracer"
answers 201 "a supervisor gives in other rules" POST /v1/packs "@$FOLDER/upload.json" -H "$first"
policy=$(jq -r .policy <<<"$BODY")
jq -c '.files["pack.json"] = "{"' "$FOLDER/upload.json" >"$FOLDER/broken.json"
is_problem 422 invalid "files that are no pack" POST /v1/packs "@$FOLDER/broken.json" -H "$first"
json_holds "are refused with their places" '.errors[0].pointer == "/files/pack.json" and (.errors[0].reason | test("^line 1"))' "$BODY"
is_problem 422 invalid "a file of another place" POST /v1/packs "{\"jurisdiction\":\"$PACK\",\"files\":{\"../pack.json\":\"{}\"}}" -H "$first"

is_problem 422 invalid "a folder of the server is no pack" POST /v1/rehearsals '{"old":"/etc","new":"packs"}' -H "$first"
is_problem 403 forbidden "an auditor rehearses nothing" POST /v1/rehearsals "{\"old\":\"$PACK\",\"new\":\"$policy\"}" -H "$auditor"
answers 202 "they are rehearsed" POST /v1/rehearsals "{\"old\":\"$PACK\",\"new\":\"$policy\",\"samples\":2}" -H "$first"
rehearsal=$(jq .rehearsal <<<"$BODY")
rehearsed() { # NUMBER
	for _ in $(seq 100); do
		ask GET "/v1/rehearsals/$1" '' -H "$auditor"
		[ "$(jq -r .state <<<"$BODY")" = running ] || break
		sleep 0.2
	done
}
rehearsed "$rehearsal"
json_holds "an auditor reads what they would change" '.state == "done" and .report.people == 2 and .report.new.policy == "'"$policy"'" and .done == .total' "$BODY"
is "$(H --json pack diff $PACK "$policy" --samples 2 2>/dev/null | jq -S 'del(.now)')" "$(jq -S '.report | del(.now)' <<<"$BODY")" "as the command says"
holds "it read the stays where they are, and made none elsewhere" test ! -e "$STORE/presence"
answers 202 "without other ones, those in force are scored" POST /v1/rehearsals "{\"old\":\"$PACK\"}" -H "$first"
rehearsed "$(jq .rehearsal <<<"$BODY")"
is "$(H --json pack score $PACK 2>/dev/null | jq -S 'del(.now)')" "$(jq -S '.report | del(.now)' <<<"$BODY")" "as the command scores them"
json_holds "everyone is in it" '.state == "done" and .report.people == 2' "$BODY"
is_problem 404 not-found "a rehearsal that is none" GET /v1/rehearsals/99 '' -H "$auditor"

answers 201 "a supervisor proposes that they go live" POST "/v1/packs/$policy/activations" "$(signed)" -H "$first"
number=$(jq .proposal <<<"$BODY")
is_problem 403 forbidden "and does not approve" POST "/v1/proposals/$number/approvals" "$(signed)" -H "$first"
in_force() { H --json explain "$FENG" --pack $PACK | jq -r .policy; }
if [ "$(in_force)" = "$policy" ]; then fail "one person changed the rules"; fi
ok "nothing is in force yet"
answers 201 "another approves" POST "/v1/proposals/$number/approvals" "$(signed)" -H "$second"
is "$policy" "$(in_force)" "they are in force"
is_problem 409 conflict "they cannot be proposed again" POST "/v1/packs/$policy/activations" "$(signed)" -H "$first"
is_problem 404 not-found "rules that nobody gave in" POST "/v1/packs/$(printf '%064d' 0)/activations" "$(signed)" -H "$first"

is_problem 403 forbidden "a tracer does not read what was decided" GET /v1/proposals '' -H "$tracer"
answers 200 "an auditor does" GET '/v1/proposals?limit=1' '' -H "$auditor"
json_holds "who proposed, approved and revoked what" '.items[0] | .kind == "override" and .state == "revoked" and .proposed_by == "first" and .approved_by == "second" and .revoked_by == "second" and .cause == "order_of_headquarters"' "$BODY"
answers 200 "page by page" GET "/v1/proposals?cursor=$(jq -r .next <<<"$BODY")" '' -H "$auditor"
is "pack approved null" "$(jq -r '"\(.items[0].kind) \(.items[0].state) \(.next)"' <<<"$BODY")" "to the end"
# Two numbers of one person: Feng's passport.
cat >"$FOLDER/passport.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
E20200324,FENG LI,13800002001,420802,2020-03-02T12:00:00+08:00,$PACK
CSV
H import residents "$FOLDER/passport.csv" >/dev/null
H evaluate >/dev/null
number_of() { H --json person show "$1" | jq .person; }
join() { jq -cn --argjson person "$1" --argjson candidate "$2" --arg purpose "${3-shows both papers}" --arg password "$HEALTHCODE_PASSWORD" '$ARGS.named'; }
decision() { jq -cn --arg decision "$1" --arg purpose "sisters" --arg password "$HEALTHCODE_PASSWORD" '$ARGS.named'; }
pair=$(join "$(number_of E20200324)" "$(number_of "$FENG")")
is_problem 401 sign-in-needed "nobody joins people unseen" POST /v1/matches "$pair"
is_problem 403 forbidden "a tracer joins nobody" POST /v1/matches "$pair" -H "$tracer"
is_problem 422 invalid "nobody is joined to themselves" POST /v1/matches "$(join 7 7)" -H "$first"
is_problem 422 invalid "nor without a purpose" POST /v1/matches "$(join 7 8 '')" -H "$first"
is_problem 404 not-found "nor who is nobody" POST /v1/matches "$(join 4000000001 4000000002)" -H "$first"
answers 201 "the two are one" POST /v1/matches "$pair" -H "$first"
json_holds "at once, where nobody gets worse" '.state == "approved" and .proposal == null' "$BODY"
match=$(jq .match <<<"$BODY")
is_problem 409 conflict "once" POST /v1/matches "$pair" -H "$second"
is_problem 400 bad-request "a state that is none" GET '/v1/matches?state=perhaps' '' -H "$tracer"
answers 200 "a tracer sees who is one" GET '/v1/matches?state=accepted&limit=1' '' -H "$tracer"
json_holds "who said so, and why" '.items[0] | .by == "first" and .purpose == "shows both papers" and .compared.phone == "agrees"' "$BODY"
is_problem 404 not-found "a match that is none" POST /v1/matches/77/decisions "$(decision rejected)" -H "$second"
is_problem 422 invalid "a decision that is none" POST "/v1/matches/$match/decisions" "$(decision perhaps)" -H "$second"
is_problem 422 invalid "automatic is nobody's decision" POST "/v1/matches/$match/decisions" "$(decision automatic)" -H "$second"
answers 201 "the decision is taken back" POST "/v1/matches/$match/decisions" "$(decision waiting)" -H "$second"
answers 200 "they wait" GET '/v1/matches?state=waiting' '' -H "$tracer"
is "$match" "$(jq '.items[0].match' <<<"$BODY")" "as if nobody had decided"
answers 201 "they are two again" POST "/v1/matches/$match/decisions" "$(decision rejected)" -H "$second"

# The passport's holder is a case: that Feng is that person, two say.
printf 'case,id_number,status,confirmed_at\nc1,E20200324,confirmed,2020-03-24T07:30:00+08:00\n' | H import cases - >/dev/null
H evaluate >/dev/null
answers 201 "they are one after all" POST "/v1/matches/$match/decisions" "$(decision accepted)" -H "$first"
json_holds "a second person is asked" '.state == "proposed" and .proposal > 1' "$BODY"
proposal=$(jq .proposal <<<"$BODY")
answers 200 "what is proposed is a match" GET "/v1/proposals?cursor=$((proposal - 1))" '' -H "$auditor"
json_holds "with its number" ".items[0] | .kind == \"match\" and .match == $match and .decision == \"accepted\" and .jurisdiction == null" "$BODY"
answers 201 "it is taken back" POST "/v1/proposals/$proposal/revocations" "$(signed)" -H "$first"
is_problem 409 conflict "once" POST "/v1/proposals/$proposal/revocations" "$(signed)" -H "$first"
is_problem 409 conflict "and approved no more" POST "/v1/proposals/$proposal/approvals" "$(signed)" -H "$second"
patiently POST "/v1/matches/$match/decisions" "$(decision accepted)" -H "$first"
proposal=$(jq .proposal <<<"$BODY")
patiently POST "/v1/proposals/$proposal/approvals" "$(signed)" -H "$first"
is 403 "$STATUS" "proposed again, not the same one approves"
patiently POST "/v1/proposals/$proposal/approvals" "$(signed)" -H "$second"
is 201 "$STATUS" "another says so too"
is "$(H --json explain E20200324 --pack $PACK | jq -r .colour)" "$(colour)" "both codes have one colour"
exits 0 "the ledger verifies" H ledger verify
