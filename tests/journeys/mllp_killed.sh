# Results come over MLLP and TLS while the machine dies in the middle, 50 times: no message that was answered AA is lost, and those without
# an answer, sent again, end where an undisturbed service ends.
. "$(dirname "$0")/lib.sh"

SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
KILLS=${KILLS:-50}
echo "the seed is $SEED: SEED=$SEED repeats this run"
HEALTHCODE=${HEALTHCODE_PLAIN:-$HEALTHCODE} # a preloaded library and the address sanitizer do not go together
CRASH=
for folder in "$(dirname "$HEALTHCODE")" "$SOURCE/build-test" "$SOURCE/build"; do
	[ -n "$CRASH" ] || CRASH=$folder/tests/journeys/libcrash_at.so
	[ -e "$CRASH" ] || CRASH=
done
[ -n "$CRASH" ] || fail "tests/journeys/crash_at.c is not built: ninja -C build-test"

PACK=ningbo-2020
NOW=2020-03-12T08:00:00+08:00
people=()
for serial in 1 2 3 4 5 6; do people+=("$(id_number 330110 19800101 "${serial}01")"); done
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	for person in "${people[@]}"; do echo "$person,居民,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK"; done
} >"$FOLDER/residents.csv"
printf 'place,kind,name,division,country\ntea-house,venue,茶馆,330110,CN\n' >"$FOLDER/places.csv"
{
	echo id_number,place,from,to,seat
	for person in "${people[@]:0:3}"; do echo "$person,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7"; done
} >"$FOLDER/stays.csv"

# Each person's results: positive, then corrected, then others', so that cases come and go.
mkdir "$FOLDER/messages"
count=0
message() { # ORDER ID RESULT STATUS REPORTED
	count=$((count + 1))
	printf '%s\r' "MSH|^~\\&|LIS|市一医院^330100^L|HC|HD|$5+0800||ORU^R01^ORU_R01|m$count|P|2.5.1|||||CHN|UNICODE UTF-8" \
		"PID|1||$2^^^CHN^NNCHN||居^民||19800101|M" \
		"OBR|1||$1|94500-6^SARS-CoV-2 RNA^LN|||20200310100000+0800|||||||||||||||$5+0800|||F" \
		"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||$3^x^SCT||||||$4" >"$FOLDER/messages/$(printf %03d $count).m$count"
}
for round in $(seq 10); do
	for i in "${!people[@]}"; do
		result=260415000
		[ $(((round + i) % 3)) -ne 0 ] || result=260373001
		message "o$i-$((round / 2))" "${people[i]}" $result "$([ $((round % 2)) = 0 ] && echo F || echo C)" "202003110$((round % 10))$((10 + i))00"
	done
done

# The laboratory's side: each message until its answer comes, in order; those answered AA go to the file. It ends with the connection.
cat >"$FOLDER/laboratory.py" <<'PY'
import pathlib, socket, ssl, sys
port, folder, acknowledged = int(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
known = set(acknowledged.read_text().split()) if acknowledged.exists() else set()
context = ssl.create_default_context(cafile=folder / "certificate.pem")
context.load_cert_chain(folder / "laboratory.pem", folder / "laboratory-key.pem")
try:
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 60), server_hostname="127.0.0.1") as wire, acknowledged.open("a") as file:
        for path in sorted((folder / "messages").iterdir()):
            name = path.name.split(".")[1]
            if name in known:
                continue
            wire.sendall(b"\x0b" + path.read_bytes() + b"\x1c\r")
            answer = b""
            while not answer.endswith(b"\x1c\r"):
                piece = wire.recv(4096)
                if not piece:
                    sys.exit(1)
                answer += piece
            if f"MSA|AA|{name}".encode() not in answer:
                print(answer.decode(errors="replace"), file=sys.stderr)
                sys.exit(2)
            file.write(name + "\n")
            file.flush()
except (OSError, ssl.SSLError):
    sys.exit(1)
PY
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$FOLDER/key.pem" -out "$FOLDER/certificate.pem" 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=laboratory-7" \
	-keyout "$FOLDER/laboratory-key.pem" -out "$FOLDER/laboratory.pem" 2>/dev/null

SERVER=
trap '[ -z "$SERVER" ] || kill -9 "$SERVER" 2>/dev/null; wait; rm -rf "$FOLDER"' EXIT
H() { "$HEALTHCODE" --data "$STORE" --now $NOW "$@"; }
prepare() {
	STORE=$1
	"$HEALTHCODE" --data "$STORE" init --pack "$SOURCE/packs/$PACK" --clock $NOW 2>/dev/null
	for kind in residents places stays; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
	no_cases 330100 | H import areas - >/dev/null
	H evaluate >/dev/null
}
# serve [VARIABLE=VALUE...]: with the library that kills. Fails where it died before it listened.
serve() {
	: >"$FOLDER/server" # or the last one's address is read
	env "$@" "$HEALTHCODE" --data "$STORE" --now $NOW mllp --listen 127.0.0.1:0 --certificate "$FOLDER/certificate.pem" --key "$FOLDER/key.pem" \
		--authority "$FOLDER/laboratory.pem" 2>"$FOLDER/server" &
	SERVER=$!
	for _ in $(seq 600); do
		PORT=$(sed -n 's,^healthcode: taking HL7 v2 on mllps://127.0.0.1:,,p' "$FOLDER/server")
		[ -z "$PORT" ] || return 0
		kill -0 "$SERVER" 2>/dev/null || return 1
		sleep 0.05
	done
	fail "the server starts: $(cat "$FOLDER/server")"
}
# deliver FILE: what is not acknowledged in it. 1: the wire broke.
deliver() {
	local code=0
	python3 "$FOLDER/laboratory.py" "$PORT" "$FOLDER" "$1" 2>"$FOLDER/err" || code=$?
	[ $code -le 1 ] || fail "an answer that is not AA: $(cat "$FOLDER/err")"
	return $code
}
stop() {
	kill "$SERVER" 2>/dev/null || true
	wait "$SERVER" 2>/dev/null || true
	SERVER=
}
# What people would see; case names and numbers of people are random.
state() {
	H evaluate >/dev/null
	for person in "${people[@]}"; do H --json explain "$person" --pack $PACK | jq -c 'del(.person)'; done
	"$HEALTHCODE" --data "$STORE" ledger verify >/dev/null && echo "the ledger verifies"
}
taken() { H --json import list | jq -r 'select(.kind == "labs" and .ended) | .file | sub("^laboratory-7: message "; "")' | sort; }

prepare "$FOLDER/undisturbed"
serve CRASH_PHASE="$FOLDER/calls" LD_PRELOAD="$CRASH"
deliver "$FOLDER/all" || fail "the messages are delivered: $(cat "$FOLDER/server")"
stop
is $count "$(wc -l <"$FOLDER/all")" "undisturbed, each message is answered AA"
is "$(sort "$FOLDER/all")" "$(taken)" "and taken"
state >"$FOLDER/wanted"
calls=$(cat "$FOLDER/calls")

random() { openssl enc -aes-256-ctr -pass "pass:$SEED" -nosalt -in /dev/zero 2>/dev/null; }
prepare "$FOLDER/killed"
killed=0
touch "$FOLDER/acknowledged"
while read -r draw; do
	# So far ahead that the messages last for all the kills.
	at=$((draw % (2 * calls / KILLS + 1) + 1))
	if serve CRASH_AT=$at CRASH_PHASE="$FOLDER/phase" LD_PRELOAD="$CRASH" && deliver "$FOLDER/acknowledged"; then
		stop
		: >"$FOLDER/acknowledged" # all of them once more
		continue
	fi
	stop
	killed=$((killed + 1))
	comm -23 <(sort "$FOLDER/acknowledged") <(taken) >"$FOLDER/lost"
	[ ! -s "$FOLDER/lost" ] || fail "acknowledged, and lost: $(xargs <"$FOLDER/lost") (seed $SEED, before call $at: $(cat "$FOLDER/phase"))"
done < <(random | od -An -v -w4 -tu4 | head -n "$KILLS" | tr -d ' ')
[ "$killed" -ge $((KILLS / 2)) ] || fail "only $killed of $KILLS were killed"
ok "killed at $killed random moments, nothing that was acknowledged is lost"
serve
deliver "$FOLDER/acknowledged" || fail "what has no answer is sent again: $(cat "$FOLDER/server")"
stop
is "$(sort "$FOLDER/all")" "$(taken | uniq)" "then all are there"
is "$(taken | uniq)" "$(taken)" "each once"
state >"$FOLDER/got"
diff "$FOLDER/wanted" "$FOLDER/got" >&2 || fail "another end than undisturbed (seed $SEED)"
ok "the end is that of the undisturbed service"
