# Sourced by every journey: a journey runs the real program as a person would and says "ok SENTENCE" for each thing that
# holds; the first that does not hold ends it.

set -euo pipefail
HEALTHCODE=${HEALTHCODE:-$PWD/build/healthcode}
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/healthcode-journey-XXXXXX")
trap 'rm -rf "$FOLDER"' EXIT

ok() { echo "ok $1"; }

fail() {
	echo "not ok $1" >&2
	exit 1
}

# is WANTED GOT SENTENCE
is() {
	[ "$1" = "$2" ] || fail "$3: wanted '$1', got '$2'"
	ok "$3"
}

# holds SENTENCE COMMAND...
holds() {
	local sentence=$1
	shift
	"$@" || fail "$sentence"
	ok "$sentence"
}

# json_holds SENTENCE FILTER JSON: what the jq filter says of the JSON is neither false nor null. jq calls nothing at all
# a success, so that no JSON is a failure here.
json_holds() {
	[[ "$3" =~ [^[:space:]] ]] || fail "$1: there is no JSON"
	jq -e "$2" <<<"$3" >/dev/null || fail "$1: $3"
	ok "$1"
}

# exits CODE SENTENCE COMMAND...: stdout goes to $FOLDER/out, stderr to $FOLDER/err
exits() {
	local wanted=$1 sentence=$2 code=0
	shift 2
	"$@" >"$FOLDER/out" 2>"$FOLDER/err" || code=$?
	[ "$code" -eq "$wanted" ] || {
		cat "$FOLDER/err" >&2
		fail "$sentence: exit $code, not $wanted"
	}
	ok "$sentence"
}

# id_number DIVISION BIRTH SERIAL: a resident ID number with its check digit (GB 11643)
id_number() {
	awk -v digits="$1$2$3" 'BEGIN {
		split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", weight, " ")
		for (i = 1; i <= 17; i++) sum += weight[i] * substr(digits, i, 1)
		print digits substr("10X98765432", sum % 11 + 1, 1)
	}'
}

# days FROM TO: each date, a line
days() {
	local day=$1
	while [ "$(date -u -d "$day" +%s)" -le "$(date -u -d "$2" +%s)" ]; do
		echo "$day"
		day=$(date -u -d "$day + 1 day" +%F)
	done
}

# no_cases DIVISION...: counts by which these areas are at low risk
no_cases() {
	echo date,country,division,confirmed
	for division in "$@"; do echo "2020-02-01,CN,$division,0"; done
}

# serve OPTION...: serve the store $STORE (its stays in $STAYS, where that is set) over HTTP; the process is $SERVER, and it is
# asked at $ADDRESS
serve() {
	: >"$FOLDER/server" # or the last one's address is read
	"$HEALTHCODE" --data "$STORE" ${STAYS:+--presence "file://$STAYS"} serve --listen 127.0.0.1:0 "$@" 2>"$FOLDER/server" &
	SERVER=$!
	for _ in $(seq 100); do
		ADDRESS=$(sed -n 's,^healthcode: serving on ,,p' "$FOLDER/server")
		[ -z "$ADDRESS" ] || return 0
		sleep 0.1
	done
	fail "the server starts: $(cat "$FOLDER/server")"
}

# ask METHOD PATH [BODY [CURL ARGUMENT...]]: the status goes to STATUS, the body to BODY, the head to $FOLDER/head. With
# RECORD=FILE each exchange is kept there, a line of JSON, for web/check_answers.mjs. CONTENT_TYPE is the body's.
ask() {
	local method=$1 path=$2 body=${3:-} more=(-X "$1") type="Content-Type: ${CONTENT_TYPE:-application/json}"
	[ "$method" = HEAD ] && more=(-I)
	shift 2
	[ $# -gt 0 ] && shift
	[ -n "$body" ] && more+=(-H "$type" --data-binary "$body")
	: >"$FOLDER/body" # curl leaves the last one there where an answer has none
	STATUS=$(curl -sS "${more[@]}" "$@" -D "$FOLDER/head" -o "$FOLDER/body" -w '%{http_code}' "$ADDRESS$path")
	[ "$method" = HEAD ] && : >"$FOLDER/body" # curl -I writes the head there
	BODY=$(tr -d '\0' <"$FOLDER/body")
	[ -z "${RECORD:-}" ] || record "$method" "$path" "$body" "$@"
}
# record METHOD PATH BODY [CURL ARGUMENT...]: without the secrets among the headers.
record() {
	local method=$1 path=$2 body=${3:-}
	shift 3
	[ -z "$body" ] || set -- -H "Content-Type: ${CONTENT_TYPE:-application/json}" "$@"
	if [ "${body:0:1}" = @ ]; then cp "${body#@}" "$FOLDER/asked"; else printf '%s' "$body" >"$FOLDER/asked"; fi
	jq -cn --arg method "$method" --arg path "$path" --argjson status "$STATUS" --rawfile request "$FOLDER/asked" \
		--rawfile head "$FOLDER/head" --rawfile body "$FOLDER/body" '{method: $method, path: $path, status: $status,
		headers: [$ARGS.positional | . as $a | range(1; length) | select($a[. - 1] == "-H") | $a[.]
			| select(test("^(authorization|cookie):"; "i") | not)],
		request: $request, head: $head, body: $body}' --args -- "$@" >>"$RECORD"
}
header() { tr -d '\r' <"$FOLDER/head" | sed -n "s/^$1: //Ip" | head -n 1; }
bearer() { echo "Authorization: Bearer $1"; }
# answers STATUS SENTENCE ASK...
answers() {
	local wanted=$1 sentence=$2
	shift 2
	${ASK:-ask} "$@"
	[ "$STATUS" = "$wanted" ] || fail "$sentence: wanted $wanted, got $STATUS: $BODY"
	ok "$sentence"
}
# patiently ASK...: as many acts with a password as a journey has are more than a minute's; who is told to wait does so.
patiently() {
	ask "$@"
	while [ "$STATUS" = 429 ]; do
		sleep "$(header Retry-After)"
		ask "$@"
	done
}
# is_problem STATUS TYPE SENTENCE ASK...
is_problem() {
	local wanted=$1 type=$2 sentence=$3
	shift 3
	${ASK:-ask} "$@"
	[ "$STATUS" = "$wanted" ] || fail "$sentence: wanted $wanted, got $STATUS: $BODY"
	is "application/problem+json /problems/$type $wanted" "$(header Content-Type) $(jq -r '"\(.type) \(.status)"' <<<"$BODY")" "$sentence"
}
