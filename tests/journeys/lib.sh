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

# json_holds SENTENCE FILTER JSON: what the jq filter says of the JSON is neither false nor null
json_holds() {
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

# serve OPTION...: serve the store $STORE over HTTP; the process is $SERVER, and it is asked at $ADDRESS
serve() {
	"$HEALTHCODE" --data "$STORE" serve --listen 127.0.0.1:0 "$@" 2>"$FOLDER/server" &
	SERVER=$!
	for _ in $(seq 100); do
		ADDRESS=$(sed -n 's,^healthcode: serving on ,,p' "$FOLDER/server")
		[ -z "$ADDRESS" ] || return 0
		sleep 0.1
	done
	fail "the server starts: $(cat "$FOLDER/server")"
}
