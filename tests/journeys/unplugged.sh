# The gate without a service. A device that has the trust list alone, in a network namespace in which there is nobody, tells good codes
# from bad ones and refuses to guess by a list that is too old. What was decided meanwhile is delivered exactly once, though the
# service is killed again and again while it is.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
T=2020-03-24T08:00:00+08:00
GREEN=$(id_number 330106 19880612 002)
RED=$(id_number 330106 19581103 001)
export HEALTHCODE_PASSWORD='three plain words'
SERVER=
trap 'code=$?; [ -z "$SERVER" ] || kill -9 "$SERVER" || true; wait; rm -rf "$FOLDER"' EXIT
at() { local now=$1; shift; "$HEALTHCODE" --data "$STORE" --now "$now" "$@"; }

"$HEALTHCODE" --data "$STORE" init --pack "$SOURCE/packs/hangzhou-2020" --clock $T >/dev/null
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$GREEN,冯丽,13800000001,330106,2020-03-01T10:00:00+08:00
$RED,冯建国,13800000002,330106,2020-03-01T10:00:00+08:00
CSV
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,confirmed_at
C1,$RED,confirmed,2020-03-23T10:00:00+08:00
CSV
echo 'place,kind,name,division,country
station,venue,杭州站,330106,CN' >"$FOLDER/places.csv"
no_cases 330100 >"$FOLDER/areas.csv"
for kind in areas residents cases places; do "$HEALTHCODE" --data "$STORE" import $kind "$FOLDER/$kind.csv" >/dev/null; done
"$HEALTHCODE" --data "$STORE" user add guard --role gate >/dev/null

# A device of its own: the list, and pictures of codes. Nothing else of the service.
mkdir "$FOLDER/device"
at $T code issue "$GREEN" --png "$FOLDER/device/green.png"
at $T code issue "$RED" >"$FOLDER/device/red"
at $T trust export >"$FOLDER/device/trust"
at $T code issue "$GREEN" >"$FOLDER/device/green"
"$HEALTHCODE" --data "$FOLDER/forger" init --pack "$SOURCE/packs/hangzhou-2020" --clock $T >/dev/null
"$HEALTHCODE" --data "$FOLDER/forger" import residents "$FOLDER/residents.csv" >/dev/null
"$HEALTHCODE" --data "$FOLDER/forger" --now $T code issue "$GREEN" >"$FOLDER/device/forged"

alone() { "$@"; }
if unshare -n true 2>/dev/null; then
	alone() { unshare -n "$@"; }
	if alone bash -c 'exec 3<>/dev/tcp/127.0.0.1/80' 2>"$FOLDER/refused"; then fail "there is a network in the namespace"; fi
	holds "in the namespace not even one's own machine is reached" grep -qiE 'unreachable|refused|cannot assign' "$FOLDER/refused"
fi
verify() { # CODE [SECONDS]: what the device says that long after the code was issued
	alone "$HEALTHCODE" --now "$(date -u -d "$T + ${2:-10} seconds" +%FT%TZ)" --json code verify "$1" --trust "$FOLDER/device/trust" |
		jq -r '"\(.cause) \(.colour)"' || true
}
is "null green" "$(verify "$FOLDER/device/green.png")" "a green code, on its picture, is good with the list alone"
is "null red" "$(verify "$FOLDER/device/red")" "a red one is a red one"
is "expired green" "$(verify "$FOLDER/device/green" 60)" "a minute later it has expired"
is "unknown_key null" "$(verify "$FOLDER/device/forged")" "another service's in the same name is found out"
exits 0 "the list says until when it counts" alone "$HEALTHCODE" --now $T code verify "$FOLDER/device/green" --trust "$FOLDER/device/trust"
later=2020-04-01T08:00:00+08:00
at $later code issue "$GREEN" >"$FOLDER/device/later"
exits 1 "eight days later the device does not guess" alone "$HEALTHCODE" --now 2020-04-01T08:00:10+08:00 --json code verify \
	"$FOLDER/device/later" --trust "$FOLDER/device/trust"
json_holds "whatever the code" '.valid == false and (.cause == "list_too_old" or .cause == "unknown_key")' "$(cat "$FOLDER/out")"

# A list that was made after this machine's clock: the clock can't be right.
ahead() { "$HEALTHCODE" --data "$FOLDER/ahead" "$@"; }
ahead init --pack "$SOURCE/packs/hangzhou-2020" --clock 2100-01-01T00:00:00+08:00 >/dev/null
ahead trust export >"$FOLDER/device/ahead"
exits 4 "a device whose clock stands before the list was made says so, and does not guess" alone "$HEALTHCODE" code verify \
	"$FOLDER/device/green" --trust "$FOLDER/device/ahead"
holds "with both times" grep -qE "this machine's clock is wrong: it says 20[0-9TZ:+-]+, and the trust list was made at 2099-12-31T16:00" "$FOLDER/err"
exits 4 "nor of certificates" alone "$HEALTHCODE" certificate verify "$FOLDER/device/green" --trust "$FOLDER/device/ahead"
exits 1 "the moment that is asked about is another thing than the clock" alone "$HEALTHCODE" --now $T code verify \
	"$FOLDER/device/green" --trust "$FOLDER/device/ahead"

# Forty decisions wait. The service is killed while they are delivered, and the device, which hears nothing, sends them again.
serve --threads 2
ask POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
guard=$(bearer "$(jq -r .token <<<"$BODY")")
port=${ADDRESS##*:}
now=$(curl -sS "$ADDRESS/v1/service" | jq -r .now)
mkdir "$FOLDER/queue" "$FOLDER/done"
code=$(cat "$FOLDER/device/green")
for n in $(seq -w 40); do
	jq -cn --arg code "$code" --arg at "$now" '{code: $code, place: "station", offline: {at: $at, verdict: "ask", cause: "shown_elsewhere"}}' >"$FOLDER/queue/$n"
done
deliver() { # NUMBER: once, as the device does; what is answered ends the waiting
	local status
	[ -e "$FOLDER/done/$1" ] && return
	status=$(curl -sS --max-time 20 -o "$FOLDER/answer-$1" -w '%{http_code}' -H "$guard" -H 'Content-Type: application/json' \
		-H "Idempotency-Key: unplugged-$1" --data-binary "@$FOLDER/queue/$1" "http://127.0.0.1:$port/v1/checks" 2>/dev/null) || true
	if [ "$status" = 201 ]; then mv "$FOLDER/answer-$1" "$FOLDER/done/$1"; else echo "$1 $status" >>"$FOLDER/unheard"; fi
}
touch "$FOLDER/unheard"
for round in 1 2 3 4; do
	for n in $(seq -w 40); do deliver "$n"; done &
	delivering=$!
	sleep "0.$((round * 2))"
	kill -9 "$SERVER"
	wait "$SERVER" 2>/dev/null || true
	wait "$delivering"
	: >"$FOLDER/server" # or the last one's address is read
	"$HEALTHCODE" --data "$STORE" serve --listen "127.0.0.1:$port" --threads 2 2>"$FOLDER/server" &
	SERVER=$!
	for _ in $(seq 100); do
		grep -q 'serving on' "$FOLDER/server" && break
		sleep 0.1
	done
done
holds "some were sent into the void" test -s "$FOLDER/unheard"
for _ in $(seq 70); do
	for n in $(seq -w 40); do deliver "$n"; done
	[ "$(ls "$FOLDER/done" | wc -l)" -eq 40 ] && break
	sleep 1 # a name whose request was cut off is under way for a minute
done
is 40 "$(ls "$FOLDER/done" | wc -l)" "in the end each is answered"
is 40 "$(jq -r .receipt "$FOLDER"/done/* | sort -u | wc -l)" "with a receipt of its own"
is 40 "$(sqlite3 "$STORE/registry.db" "SELECT count(*) FROM gate_check WHERE content LIKE '%shown_elsewhere%'")" "and the service has each exactly once"
is "$(jq -r .receipt "$FOLDER"/done/* | sort)" "$(sqlite3 "$STORE/registry.db" "SELECT receipt FROM gate_check ORDER BY receipt")" "under that receipt"
exits 0 "the store is whole" "$HEALTHCODE" --data "$STORE" check
