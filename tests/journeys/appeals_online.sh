# Appeals over HTTP: a parent, a child, the office, and people who should not be there.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
STORE=$FOLDER/store
CASE=$(id_number 330110 19800101 011)
OTHER=$(id_number 330110 19830101 011)
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
cp -r "$SOURCE/packs/$PACK" "$FOLDER/$PACK"
jq '.appeals = {days: 2, kept_days: 30, office: "appeals", source: "a test"}' "$SOURCE/packs/$PACK/pack.json" >"$FOLDER/$PACK/pack.json"
export HEALTHCODE_PASSWORD='three plain words'
CHILD=$(id_number 330110 20120101 011)
"$HEALTHCODE" --data "$STORE" init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in sun:supervisor:appeals wu:auditor:appeals guard:gate:gates; do
	IFS=: read -r name role office <<<"$user"
	H user add "$name" --role "$role" --office "$office" >/dev/null
done
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction,guardian_id_number
$CASE,居民1,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK,
$CHILD,孩子,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK,$CASE
$OTHER,居民3,13800002003,330110,2020-03-01T12:00:00+08:00,$PACK,
CSV
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at
C1,$CASE,suspected,2020-03-07,2020-03-10T10:00:00+08:00
C2,$CHILD,suspected,2020-03-07,2020-03-10T10:00:00+08:00
CSV
no_cases 330100 | H import areas - >/dev/null
exits 0 "people apply" H import residents "$FOLDER/residents.csv"
exits 0 "a parent and a child are suspected cases" H import cases "$FOLDER/cases.csv"
trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2
# sign_in ID PHONE: the header of the session
sign_in() {
	ask POST /v1/sessions/codes "{\"phone\":\"$2\",\"id_number\":\"$1\"}"
	local code
	code=$(jq -rs 'map(select(.kind == "sign-in-code")) | last.text | capture("(?<code>[0-9]{6})").code' "$STORE/outbox.jsonl")
	ask POST /v1/sessions "$(jq -cn --arg phone "$2" --arg id "$1" --arg code "$code" '{phone: $phone, id_number: $id, code: $code, transport: "token"}')"
	bearer "$(jq -r .token <<<"$BODY")"
}
staff() {
	ask POST /v1/sessions "{\"user\":\"$1\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	bearer "$(jq -r .token <<<"$BODY")"
}
parent=$(sign_in "$CASE" 13800002001) other=$(sign_in "$OTHER" 13800002003) sun=$(staff sun) wu=$(staff wu) guard=$(staff guard)
answers 200 "nothing was said yet" GET /v1/me/appeals '' -H "$parent"
json_holds "there is something to appeal against, here" '.items == [] and .stops and .office == {"jurisdiction": "'$PACK'", "here": true, "url": null}' "$BODY"
answers 200 "whoever is green" GET /v1/me/appeals '' -H "$other"
json_holds "is stopped by nothing" '.stops == false' "$BODY"
is_problem 409 conflict "and appeals against nothing" POST /v1/me/appeals '{"words":"?"}' -H "$other"
is_problem 422 invalid "an appeal says something" POST /v1/me/appeals '{"words":""}' -H "$parent"
is_problem 422 invalid "not too much" POST /v1/me/appeals "$(jq -cn '{words: ("冤" * 1000)}')" -H "$parent"
is_problem 401 sign-in-needed "not from nobody" POST /v1/me/appeals '{"words":"?"}'
answers 201 "she appeals" POST /v1/me/appeals '{"words":"只是感冒"}' -H "$parent" -H 'Idempotency-Key: appeal-number-one'
json_holds "it is open" '.appeal == 1 and .state == "open" and .colour == "red" and .words == "只是感冒" and .answer == null and (has("person") | not)' "$BODY"
said=$BODY
answers 201 "sent once more it is" POST /v1/me/appeals '{"words":"只是感冒"}' -H "$parent" -H 'Idempotency-Key: appeal-number-one'
is "$said" "$BODY" "the same answer"
answers 200 "said once more" POST /v1/me/appeals '{"words":"真的"}' -H "$parent"
is "$said" "$BODY" "it is the same appeal"
ask GET /v1/me '' -H "$parent"
child=$(jq -r '.people[] | select(.relation != "self").person' <<<"$BODY")
answers 201 "and for the child" POST /v1/me/appeals "$(jq -cn --arg p "$child" '{person: $p, words: "孩子没病"}')" -H "$parent"
is_problem 404 not-found "nobody takes another's back" DELETE /v1/me/appeals/1 '' -H "$other"
is_problem 404 not-found "nor one that is none" DELETE /v1/me/appeals/none '' -H "$parent"
answers 204 "she takes the child's back" DELETE "/v1/me/appeals/2?person=$child" '' -H "$parent"
is_problem 409 conflict "once" DELETE "/v1/me/appeals/2?person=$child" '' -H "$parent"

is_problem 403 forbidden "a guard reads none" GET /v1/appeals '' -H "$guard"
is_problem 403 forbidden "nor does a resident" GET /v1/appeals '' -H "$parent"
answers 200 "the office has a list" GET '/v1/appeals?limit=1' '' -H "$wu"
json_holds "a page at a time, without words" '(.items | map(.appeal)) == [1] and .next == "1" and (.items[0] | has("words") | not) and .items[0].person > 0' "$BODY"
answers 200 "and goes on" GET '/v1/appeals?limit=1&cursor=1' '' -H "$wu"
json_holds "to the end" '(.items | map(.appeal)) == [2] and .next == null' "$BODY"
answers 200 "of those that are open" GET '/v1/appeals?state=open&jurisdiction='$PACK '' -H "$sun"
json_holds "one is left" '(.items | map(.appeal)) == [1]' "$BODY"
answers 200 "none of which" GET '/v1/appeals?overdue=yes' '' -H "$sun"
json_holds "is overdue" '.items == []' "$BODY"
is_problem 400 bad-request "no state is none of these" GET '/v1/appeals?state=lost' '' -H "$sun"
is_problem 400 bad-request "nor is this overdue" GET '/v1/appeals?overdue=perhaps' '' -H "$sun"
answers 200 "an officer opens it" GET /v1/appeals/1 '' -H "$sun"
json_holds "with its words" '.words == "只是感冒" and .person > 0' "$BODY"
is_problem 404 not-found "another one there is not" GET /v1/appeals/9 '' -H "$sun"
answers 200 "she reads who did" GET /v1/me/accesses '' -H "$parent"
json_holds "and what for" '.items[0] | .by == "sun" and .purpose == "appeal" and .role == "supervisor"' "$BODY"
decision() { jq -cn --argjson more "$1" --arg password "$HEALTHCODE_PASSWORD" '{password: $password} + $more'; }
ASK=patiently is_problem 403 forbidden "an auditor does not decide" POST /v1/appeals/1/decisions "$(decision '{"decision":"rejected","answer":{"zh":"否"}}')" -H "$wu"
ASK=patiently is_problem 422 invalid "perhaps is no decision" POST /v1/appeals/1/decisions "$(decision '{"decision":"perhaps","answer":{"zh":"否"}}')" -H "$sun"
ASK=patiently is_problem 422 invalid "an answer has words" POST /v1/appeals/1/decisions "$(decision '{"decision":"rejected","answer":{}}')" -H "$sun"
ASK=patiently is_problem 422 invalid "upheld corrects something" POST /v1/appeals/1/decisions "$(decision '{"decision":"upheld","answer":{"zh":"是"}}')" -H "$sun"
ASK=patiently is_problem 422 invalid "one thing" POST /v1/appeals/1/decisions "$(decision '{"decision":"upheld","answer":{"zh":"是"},"correction":{"import":1,"case":"C1"}}')" -H "$sun"
# A correction of the list: the case is none.
sed -i 's/suspected/discarded/; /C2/d; s/T10:00/T11:00/' "$FOLDER/cases.csv"
exits 0 "the list is corrected" H import cases "$FOLDER/cases.csv"
ask GET /v1/me/reasons '' -H "$parent"
json_holds "by which she is red no more" '.colour != "red"' "$BODY"
ASK=patiently answers 201 "then it is upheld" POST /v1/appeals/1/decisions "$(decision '{"decision":"upheld","answer":{"zh":"已排除","en":"you are no case"},"correction":{"case":"C1"}}')" -H "$sun"
is '{"appeal":1,"state":"upheld"}' "$BODY" "as is told"
ASK=patiently is_problem 409 conflict "once" POST /v1/appeals/1/decisions "$(decision '{"decision":"rejected","answer":{"zh":"否"}}')" -H "$sun"
answers 200 "she reads the answer" GET /v1/me/appeals '' -H "$parent"
json_holds "who gave it, and what was corrected" '.items[0] | .state == "upheld" and .decided_by == "sun" and .answer == {"zh": "已排除", "en": "you are no case"} and .correction == {"case": "C1"}' "$BODY"
answers 200 "how they are answered is an indicator" GET '/v1/indicators?from=2020-03-01&to=2020-04-01' '' -H "$wu"
json_holds "with what it is counted of" '.indicators | map({(.id): [.count, .of, .unknown]}) | add | .appeals_answered_in_time == [1, 1, 0] and .appeals_upheld == [1, 1, 0]' "$BODY"
answers 200 "metrics have those that wait" GET /metrics
holds "none" grep -qx 'appeals_open 0' "$FOLDER/body"
kill "$SERVER" && wait "$SERVER" || true
SERVER=
