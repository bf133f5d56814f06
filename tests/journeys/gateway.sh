# One-time codes and notices reach an operator's gateway: signed, each once, through refusals and outages.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
export HEALTHCODE_GATEWAY_SECRET="whsec_$(printf 'thirty-two bytes that are shared' | base64)"
"$HEALTHCODE" --data "$STORE" init --pack "$SOURCE/packs/hangzhou-2020" --clock 2020-03-24T08:00:00+08:00 >/dev/null 2>&1

# Each with a phone of their own, vouched for by the department: person N has the phone 1380000000N.
id() { id_number 330106 19880612 "00$1"; }
phone() { echo "1380000000$1"; }
{
	echo id_number,name,phone,division,applied_at
	for n in 1 2 3 4 5 6; do echo "$(id $n),冯丽,$(phone $n),330106,2020-03-24T08:00:00+08:00"; done
} >"$FOLDER/residents.csv"
"$HEALTHCODE" --data "$STORE" import residents "$FOLDER/residents.csv" >/dev/null

trap 'kill ${SERVER:-} ${OPERATOR:-} 2>/dev/null; wait; rm -rf "$FOLDER"' EXIT

start_operator() { # [SECRET]
	rm -f "$FOLDER/port"
	node "$SOURCE/tests/journeys/operator.mjs" "${1:-$HEALTHCODE_GATEWAY_SECRET}" "$FOLDER/taken" "$FOLDER/answers" "$FOLDER/port" &
	OPERATOR=$!
	for _ in $(seq 100); do [ -s "$FOLDER/port" ] && break || sleep 0.1; done
	URL=http://127.0.0.1:$(cat "$FOLDER/port")/sms
}
stop() {
	kill -INT "$SERVER"
	wait "$SERVER" || fail "the server ends well"
	SERVER=
}
ask_for_code() { # PERSON
	curl -sSf -o /dev/null -H 'Content-Type: application/json' \
		-d "{\"phone\": \"$(phone "$1")\", \"id_number\": \"$(id "$1")\"}" "$ADDRESS/v1/sessions/codes"
}
# comes FILTER N SENTENCE: what was taken holds N for which the filter is true, within 20 s
comes() {
	for _ in $(seq 200); do
		[ "$(jq -s "map(select($1)) | length" "$FOLDER/taken" 2>/dev/null || echo 0)" = "$2" ] && break || sleep 0.1
	done
	is "$2" "$(jq -s "map(select($1)) | length" "$FOLDER/taken")" "$3"
}

start_operator
exits 2 "a gateway elsewhere must be https" "$HEALTHCODE" --data "$STORE" serve --gateway http://sms.example/send
exits 2 "a gateway needs a secret" env -u HEALTHCODE_GATEWAY_SECRET "$HEALTHCODE" --data "$STORE" serve --gateway "$URL"
exits 2 "and not a short one" env HEALTHCODE_GATEWAY_SECRET=whsec_c2hvcnQ= "$HEALTHCODE" --data "$STORE" serve --gateway "$URL"
holds "what was refused left the store's notices to the outbox" test ! -s "$FOLDER/taken"

serve --gateway "$URL"
ask_for_code 1
comes '.to == "13800000001" and .status == 204' 1 "the one-time code reaches the gateway, its signature right"
json_holds "with the whole number and a code of six digits" \
	"select(.to == \"$(phone 1)\" and .kind == \"sign-in-code\" and (.text | test(\"[0-9]{6}\")))" "$(cat "$FOLDER/taken")"
CODE=$(jq -r '.text | capture("(?<code>[0-9]{6})").code' "$FOLDER/taken")
is 201 "$(curl -sS -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
	-d "{\"phone\": \"$(phone 1)\", \"id_number\": \"$(id 1)\", \"code\": \"$CODE\"}" "$ADDRESS/v1/sessions")" "and the code signs in"
holds "nothing went to the outbox file" test ! -s "$STORE/outbox.jsonl"

printf '503\n429\n' >"$FOLDER/answers"
ask_for_code 2
comes '.to == "13800000002" and .status == 204' 1 "a gateway that is busy gets it again until it takes it"
is 1 "$(jq -s 'map(select(.to == "13800000002").id) | unique | length' "$FOLDER/taken")" "under one id, so that a second delivery can be told"
is "1 1" "$(grep -c 'does not take' "$FOLDER/server") $(grep -c 'answers again' "$FOLDER/server")" "and the operator reads of it once"

printf '422\n' >"$FOLDER/answers"
ask_for_code 3
comes '.to == "13800000003"' 1 "what the gateway refuses for good is not sent again"
ask_for_code 4
comes '.to == "13800000004" and .status == 204' 1 "and holds nobody else up"

kill "$OPERATOR"
wait "$OPERATOR" 2>/dev/null || true
ask_for_code 5
stop
start_operator
serve --gateway "$URL"
comes '.to == "13800000005" and .status == 204' 1 "what waited through an outage and a restart arrives"
metrics=$(curl -sS "$ADDRESS/metrics")
holds "the metrics tell how many wait and what became of the others" grep -q '^notices_waiting 0$' <<<"$metrics"
stop

serve
holds "a store whose notices wait says so" grep -q 'wait for a gateway' "$FOLDER/server"
stop
serve --gateway none
ask_for_code 6
is 1 "$(jq -s 'map(select(.kind == "sign-in-code")) | length' "$STORE/outbox.jsonl")" "without a gateway the outbox file has them again"
stop
