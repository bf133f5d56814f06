# Mandates: a mother lets her daughter act for her, a father without a phone does so before staff. A helper does the acts that were given
# and no others, until the end or until either ends it, and each act is in the log that the parent reads.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
export HEALTHCODE_PASSWORD="correct horse battery staple" HEALTHCODE_TOKEN="correct horse battery staple"
exits 0 "a store" H init --pack "$SOURCE/packs/hangzhou-2020" "$SOURCE/packs/ningbo-2020" "$SOURCE/packs/travel-card-2020" --clock 2020-03-24T08:00:00+08:00
daughter=$(id_number 330102 19800101 002) mother=$(id_number 330102 19550505 002) father=$(id_number 330102 19530303 001)
stranger=$(id_number 330102 19700101 001) child=$(id_number 330102 20050505 001)
printf 'id_number,name,phone,division,applied_at,guardian_id_number\n%s,李梅,13800000001,330102,2020-03-01T12:00:00+08:00,\n%s,王芳,13800000002,330102,2020-03-01T12:00:00+08:00,\n%s,李小,13800000001,330102,2020-03-01T12:00:00+08:00,%s\n' \
	"$daughter" "$mother" "$child" "$daughter" >"$FOLDER/residents.csv"
exits 0 "a mother, a daughter and the daughter's child" H import residents "$FOLDER/residents.csv"
exits 0 "a clinician" H user add ward-3 --role clinician
exits 0 "a committee" H user add block-7 --role committee --division 330102
exits 0 "a tracer" H user add tracer --role tracer

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
sign_in 13800000001 "$daughter"
daughter_token=$TOKEN
sign_in 13800000002 "$mother"
mother_token=$TOKEN
# as TOKEN STATUS SENTENCE METHOD PATH [BODY]; refused TOKEN STATUS TYPE SENTENCE METHOD PATH [BODY]
as() { answers "$2" "$3" "$4" "$5" "${6:-}" -H "$(bearer "$1")"; }
refused() { is_problem "$2" "$3" "$4" "$5" "$6" "${7:-}" -H "$(bearer "$1")"; }

# Offered, and accepted.
give() { printf '{"helper_id_number":"%s","acts":%s,"until":"%s"}' "$1" "$2" "${3:-2020-06-30}"; }
refused "$mother_token" 422 invalid "an act that is none is refused" POST /v1/me/mandates "$(give "$daughter" '["everything"]')"
refused "$mother_token" 422 invalid "so is an end that is past" POST /v1/me/mandates "$(give "$daughter" '["code"]' 2020-03-23)"
refused "$mother_token" 422 invalid "and one in two years" POST /v1/me/mandates "$(give "$daughter" '["code"]' 2022-03-23)"
refused "$mother_token" 422 invalid "nobody is their own helper" POST /v1/me/mandates "$(give "$mother" '["code"]')"
as "$mother_token" 201 "a mother offers her daughter a mandate" POST /v1/me/mandates "$(give "$daughter" '["code","checkin"]')"
known=$BODY
as "$mother_token" 201 "and somebody whom nobody knows" POST /v1/me/mandates "$(give "$stranger" '["code","checkin"]')"
is "$known" "$BODY" "is answered alike"
as "$mother_token" 200 "she reads what she gave" GET /v1/me/mandates
json_holds "without a name before it is accepted" '[.items[] | select(.state == "offered" and .name == "" and .direction == "given")] | length == 2' "$BODY"
as "$daughter_token" 200 "the daughter acts for nobody by an offer" GET /v1/me
json_holds "but for herself and her child" '[.people[].relation] == ["self", "other"]' "$BODY"
as "$daughter_token" 200 "she reads the offer" GET /v1/me/mandates
json_holds "and of whom it is" '.items | length == 1 and .[0].direction == "held" and .[0].name == "王*" and .[0].acts == ["code", "checkin"]' "$BODY"
mandate=$(jq -r '.items[0].mandate' <<<"$BODY")
refused "$mother_token" 404 not-found "the mother cannot accept it herself" POST "/v1/me/mandates/$mandate/acceptances" '{}'
as "$daughter_token" 200 "the daughter accepts" POST "/v1/me/mandates/$mandate/acceptances" '{}'
as "$daughter_token" 200 "now she acts for her" GET /v1/me
json_holds "in those acts alone, until their end" '.people[] | select(.relation == "helped") | .acts == ["code", "checkin"] and .until == "2020-07-01T00:00:00+08:00"' "$BODY"
person=$(jq -r '.people[] | select(.relation == "helped").person' <<<"$BODY")
json_holds "and adds as many dependants as before" '.dependants_left == 4' "$BODY"

# The acts, and no others.
as "$daughter_token" 200 "the daughter shows her mother's code" GET "/v1/me/code?person=$person"
as "$daughter_token" 200 "again" GET "/v1/me/code?person=$person"
as "$daughter_token" 201 "she checks her in" POST /v1/me/checkins "{\"person\":\"$person\",\"temperature_c\":36.5,\"symptoms\":[],\"contact\":false}"
refused "$daughter_token" 403 outside-mandate "she reads no reasons" GET "/v1/me/reasons?person=$person"
refused "$daughter_token" 403 outside-mandate "nor the travel card" GET "/v1/me/travel-card?person=$person"
refused "$daughter_token" 403 outside-mandate "nor what awaits on a journey" GET "/v1/me/journey?person=$person&from=330100&to=330200&date=2020-03-25"
refused "$daughter_token" 403 outside-mandate "nor who looked" GET "/v1/me/accesses?person=$person"
refused "$daughter_token" 403 outside-mandate "she does not complain for her" POST /v1/me/complaints "{\"person\":\"$person\",\"receipt\":\"00000000000000000000000000\",\"text\":\"?\"}"
refused "$daughter_token" 403 outside-mandate "nor give the mandate on" POST /v1/me/mandates "{\"person\":\"$person\",\"helper_id_number\":\"$stranger\",\"acts\":[\"code\"],\"until\":\"2020-06-30\"}"
apply="{\"person\":\"$person\",\"jurisdiction\":\"ningbo-2020\",\"division\":\"330203\",\"symptoms\":[],\"contact\":false,\"travel\":[],\"promise\":true}"
refused "$daughter_token" 403 outside-mandate "nor apply elsewhere" POST /v1/me/applications "$apply"
as "$mother_token" 200 "the mother reads who did what for her" GET /v1/me/accesses
json_holds "by the helper's name as she knows it, each look once an hour" \
	'[.items[] | [.role, .by, .purpose]] == [["helper","李*","mandate-checkin"],["helper","李*","mandate-code"],["helper","李*","mandate-accepted"]]' "$BODY"

# Another one in its place.
as "$mother_token" 201 "she gives other acts instead" POST /v1/me/mandates "$(give "$daughter" '["application","complaint","travel_card"]')"
refused "$daughter_token" 404 not-found "which hold once they are accepted" GET "/v1/me/code?person=$person"
as "$daughter_token" 200 "and they are" POST "/v1/me/mandates/$mandate/acceptances" '{}'
refused "$daughter_token" 403 outside-mandate "the code is not among them" GET "/v1/me/code?person=$person"
as "$daughter_token" 200 "the reasons are" GET "/v1/me/reasons?person=$person&jurisdiction=hangzhou-2020"
as "$daughter_token" 200 "the travel card is" GET "/v1/me/travel-card?person=$person"
as "$daughter_token" 202 "the daughter applies for her in Ningbo" POST /v1/me/applications "$apply"
as "$mother_token" 200 "the mother has a code there" GET "/v1/me/code?jurisdiction=ningbo-2020"
as "$mother_token" 200 "and her own phone still speaks for her" GET "/v1/me/code?jurisdiction=hangzhou-2020"
exits 0 "what was declared for her is evidence" H person show "$mother"
ledger=$(H --json ledger show)
json_holds "the mandates and what was done by them stand in the ledger" \
	'[.. | objects | select(.kind? == "evidence.given") | .body.kind] | (map(select(. == "mandate")) | length) == 5 and any(. == "checkin") and any(. == "declaration")' \
	"$(jq -s . <<<"$ledger")"
exits 0 "which holds" H ledger verify

# Either ends it.
as "$daughter_token" 204 "the daughter ends it" DELETE "/v1/me/mandates/$mandate"
refused "$daughter_token" 404 not-found "and acts no more" GET "/v1/me/reasons?person=$person&jurisdiction=hangzhou-2020"
refused "$daughter_token" 404 not-found "nor ends it twice" DELETE "/v1/me/mandates/$mandate"
as "$mother_token" 201 "given once more" POST /v1/me/mandates "$(give "$daughter" '["code"]')"
as "$daughter_token" 200 "accepted once more" POST "/v1/me/mandates/$mandate/acceptances" '{}'
as "$daughter_token" 200 "it holds" GET "/v1/me/code?person=$person&jurisdiction=hangzhou-2020"
as "$mother_token" 204 "the mother ends it" DELETE "/v1/me/mandates/$mandate"
refused "$daughter_token" 404 not-found "at once" GET "/v1/me/code?person=$person&jurisdiction=hangzhou-2020"
holds "both were told" bash -c '[ "$(grep -c mandate-ended "$1")" = 2 ]' - "$STORE/outbox.jsonl"

# Before staff, for who has no phone.
exits 1 "on the command line nobody gives one in no name" H mandate give "$father" "$daughter" --acts code --until 2020-06-30
exits 1 "nor a tracer" H --as tracer mandate give "$father" "$daughter" --acts code --until 2020-06-30
exits 1 "nor a committee" H --as block-7 mandate give "$father" "$daughter" --acts code --until 2020-06-30
exits 2 "an act that is none is wrong usage" H --as ward-3 mandate give "$father" "$daughter" --acts colour --until 2020-06-30
exits 0 "a clinician gives it for a father who is not known yet" H --as ward-3 mandate give "$father" "$daughter" --acts application,code --until 2020-06-30
as "$daughter_token" 200 "the daughter sees him" GET /v1/me
father_handle=$(jq -r '.people[] | select(.relation == "helped").person' <<<"$BODY")
apply="{\"person\":\"$father_handle\",\"jurisdiction\":\"hangzhou-2020\",\"division\":\"330102\",\"symptoms\":[],\"contact\":false,\"travel\":[],\"promise\":true"
refused "$daughter_token" 422 invalid "she applies for him with his name" POST /v1/me/applications "$apply}"
as "$daughter_token" 202 "which she tells" POST /v1/me/applications "$apply,\"name\":\"李海\"}"
as "$daughter_token" 200 "and shows his code" GET "/v1/me/code?person=$father_handle"
exits 0 "he has it on paper, too" H code issue "$father" --paper "$FOLDER/paper.pdf"
exits 0 "staff list it" H --json mandate list "$father"
json_holds "with who stood for it" '.state == "holds" and .by == "ward-3" and .acts == ["code", "application"]' "$(<"$FOLDER/out")"
exits 0 "and end it" H --as ward-3 mandate end "$father" "$(jq -r .mandate "$FOLDER/out")"
refused "$daughter_token" 404 not-found "at once, in the running service too" GET "/v1/me/code?person=$father_handle"
answers 201 "the clinician signs in" POST /v1/sessions "{\"user\":\"ward-3\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
staff=$(jq -r .token <<<"$BODY")
before_staff="{\"id_number\":\"$father\",\"helper_id_number\":\"$daughter\",\"acts\":[\"code\"],\"until\":\"2020-06-30\"}"
as "$staff" 201 "over HTTP it gives one as well" POST /v1/mandates "$before_staff"
refused "$daughter_token" 403 forbidden "a resident does not" POST /v1/mandates "$before_staff"
answers 201 "a committee signs in" POST /v1/sessions "{\"user\":\"block-7\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
refused "$(jq -r .token <<<"$BODY")" 403 forbidden "nor does a committee" POST /v1/mandates "$before_staff"
as "$daughter_token" 200 "and it holds" GET "/v1/me/code?person=$father_handle"
