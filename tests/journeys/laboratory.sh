# A laboratory's result over MLLP and TLS: whom the case met turn red by themselves, and green again when it is corrected.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
HOME_MATE=$(id_number 330110 19810101 011)
CLOSE=$(id_number 330110 19820101 011)
ELSEWHERE=$(id_number 330110 19850101 011)
people=("$CASE" "$HOME_MATE" "$CLOSE" "$ELSEWHERE")
{
	echo id_number,name,phone,division,applied_at,jurisdiction
	n=0
	for person in "${people[@]}"; do
		n=$((n + 1))
		echo "$person,居民$n,1380000200$n,330110,2020-03-01T12:00:00+08:00,$PACK"
	done
} >"$FOLDER/residents.csv"
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,330110,CN
tea-house,venue,茶馆,330110,CN
library,venue,图书馆,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat
$CASE,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7
$CLOSE,tea-house,2020-03-09T09:30:00+08:00,2020-03-09T12:00:00+08:00,7
$ELSEWHERE,library,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,
$CASE,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00,
$HOME_MATE,flat,2020-03-09T18:00:00+08:00,2020-03-10T08:00:00+08:00,
CSV

# message CONTROL ORDER ID RESULT STATUS REPORTED: a message of one PCR
message() {
	printf '%s\r' "MSH|^~\\&|LIS|市一医院^330100^L|HC|HD|$6||ORU^R01^ORU_R01|$1|P|2.5.1|||||CHN|UNICODE UTF-8" \
		"PID|1||$3^^^CHN^NNCHN||居^民||19800101|M" \
		"OBR|1||$2|94500-6^SARS-CoV-2 RNA^LN|||20200310100000+0800|||||||||||||||$6|||F" \
		"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||$4^x^SCT||||||$5" \
		"OBX|2|DT|65222-2^Date and time of symptom onset^LN||20200308||||||F" >"$FOLDER/$1.hl7"
}
message m1 o1 "$CASE" 260373001 F 20200311070000+0800
message m2 o1 "$CASE" 260415000 C 20200311074500+0800
message m3 o2 "$ELSEWHERE" 260415000 F 20200311070000+0800
message m4 o3 "$CLOSE" 98765 F 20200311070000+0800
sed 's/ORU^R01^ORU_R01/ADT^A01/' "$FOLDER/m3.hl7" >"$FOLDER/m5.hl7"
head -c 150 "$FOLDER/m3.hl7" | tail -c 100 >"$FOLDER/m6.hl7"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
colour() { H --json explain "$1" --pack $PACK | jq -r .colour; }
colours() { for person in "${people[@]}"; do colour "$person"; done | tr '\n' ' '; }
# what a guard's phone reads in each one's signed code as it is issued, with the trust list alone
codes() {
	local person now
	H trust export >"$FOLDER/trust"
	for person in "${people[@]}"; do
		H code issue "$person" --pack $PACK >"$FOLDER/code"
		now=$("$HEALTHCODE" --json code verify "$FOLDER/code" --trust "$FOLDER/trust" | jq -r .issued_at) || true
		"$HEALTHCODE" --now "$now" --json code verify "$FOLDER/code" --trust "$FOLDER/trust" | jq -r 'select(.valid) | .colour'
	done | tr '\n' ' '
}
tasks() { H --json task list | jq -sc .; }
told() { grep -c '"kind":"colour"' "$STORE/outbox.jsonl" || true; }
prepare() {
	STORE=$1
	H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
	for kind in residents places stays; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
	no_cases 330100 | H import areas - >/dev/null
	H evaluate >/dev/null
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$FOLDER/key.pem" -out "$FOLDER/certificate.pem" 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=laboratory-7" \
	-keyout "$FOLDER/laboratory-key.pem" -out "$FOLDER/laboratory.pem" 2>/dev/null
SERVER=
trap '[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null; wait; rm -rf "$FOLDER"' EXIT
serve() {
	: >"$FOLDER/server" # or the last one's address is read
	"$HEALTHCODE" --data "$STORE" mllp --listen 127.0.0.1:0 --certificate "$FOLDER/certificate.pem" --key "$FOLDER/key.pem" --authority "$FOLDER/laboratory.pem" 2>"$FOLDER/server" &
	SERVER=$!
	for _ in $(seq 100); do
		PORT=$(sed -n 's,^healthcode: taking HL7 v2 on mllps://127.0.0.1:,,p' "$FOLDER/server")
		[ -n "$PORT" ] && return
		sleep 0.1
	done
	cat "$FOLDER/server" >&2
	fail "the server starts"
}
stop() {
	kill "$SERVER"
	wait "$SERVER" || fail "the server ends well: $?"
	SERVER=
}
answers() { tr '\r' '\n' <"$FOLDER/answers" | sed -n 's/^MSA|//p' | tr '\n' ' '; }
# send NAME...: those messages over one connection; what is answered goes to $FOLDER/answers
send() {
	local count=$#
	: >"$FOLDER/answers"
	{
		for name; do
			printf '\013'
			cat "$FOLDER/$name.hl7"
			printf '\034\015'
		done
		for _ in $(seq 600); do
			[ "$(answers | wc -w)" -ge "$count" ] && break
			sleep 0.1
		done
	} | openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile "$FOLDER/certificate.pem" -cert "$FOLDER/laboratory.pem" -key "$FOLDER/laboratory-key.pem" \
		-connect "127.0.0.1:$PORT" >"$FOLDER/answers" 2>"$FOLDER/client"
}
# becomes COLOURS SENTENCE: the colour log gets there by itself
becomes() {
	local got
	for _ in $(seq 600); do
		got=$(colours)
		[ "$got" = "$1" ] && break
		sleep 0.1
	done
	is "$1" "$got" "$2"
}

prepare "$FOLDER/store"
is "green green green green " "$(colours)" "before the result all are green"
is "green green green green " "$(codes)" "and so are their codes"
exits 2 "without TLS only this machine is served" H mllp --listen 0.0.0.0:0
serve
send m1
is "AA|m1 " "$(answers)" "a positive result is taken over TLS"
becomes "red red red green " "who shared the flat and the tea house turns red, who was elsewhere does not"
is "red red red green " "$(codes)" "and so do their codes"
json_holds "both have a call, tests and check-ins to be done" \
	'length == 3 and ([.[] | select(.quarantine != null and ([.tasks[].task] | unique) == ["call", "checkin", "test"])] | length) == 2' "$(tasks)"
json_holds "the case is isolated, which is another thing" '[.[] | select(.isolation != null)] | length == 1 and .[0].quarantine == null' "$(tasks)"
is 3 "$(told)" "and all three are told that their colour changed"
exits 0 "one of them is called" H task report "$CLOSE" call
is done "$(H --json task show "$CLOSE" | jq -r '.tasks[] | select(.task == "call") | .state')" "which is done then"
is 1 "$(H --json task list --task call --state open | jq -s length)" "the other call is open"
is 1 "$(H --json import list | jq -s '[.[] | select(.kind == "labs" and .new == 1 and (.file | startswith("laboratory-7: ")))] | length')" "the import names the peer's certificate and the message"
send m1 m3 m1
is "AA|m1 AA|m3 AA|m1 " "$(answers)" "the same again and another are answered"
is 2 "$(H --json import list | jq -s '[.[] | select(.kind == "labs")] | length')" "what is known is not imported again"
send m4 m5 m6
is "AE|m4 AR|m3 AR| " "$(answers)" "a result nobody knows is AE, another message or none at all AR"
holds "the answer tells the field" grep -q 'ERR||OBX^1^5|102' <(tr '\r' '\n' <"$FOLDER/answers")
is 3 "$(H --json import letters | jq -s length)" "what was not taken waits as dead letters"
json_holds "with their reason" 'map(.reason) | any(test("OBX-5: a result"))' "$(H --json import letters | jq -s .)"
holds "a letter is to be had as it came" cmp "$FOLDER/m4.hl7" <(H import letters show 1)
send m4
is 2 "$(H --json import letters | jq -s '.[0].times')" "one that comes again is counted, not kept twice"
sed 's/|98765^/|260415000^/' "$FOLDER/m4.hl7" >"$FOLDER/m7.hl7"
exits 0 "mended, it is imported" H import labs "$FOLDER/m7.hl7"
exits 0 "and the letter settled" H import letters settle 1
is 2 "$(H --json import letters | jq -s 'map(select(.settled_at == null)) | length')" "two are left"
send m2
becomes "green green green green " "a correction gives everybody their colour back"
is "green green green green " "$(codes)" "in their codes, too"
is "[]" "$(tasks)" "and nobody has anything to be done"
is 6 "$(told)" "and all are told again"
: >"$FOLDER/answers"
printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -quiet -no_ign_eof -CAfile "$FOLDER/certificate.pem" -cert "$FOLDER/laboratory.pem" -key "$FOLDER/laboratory-key.pem" \
	-connect "127.0.0.1:$PORT" >"$FOLDER/answers" 2>/dev/null || true
is 0 "$(wc -c <"$FOLDER/answers")" "who speaks another language is not answered"
send m1
is "AA|m1 " "$(answers)" "and the server is still there"
stop

# Each message three times, in any order, ends alike.
for round in 1 2 3; do
	prepare "$FOLDER/again-$round"
	serve
	send $(printf 'm%s\n' 1 2 3 1 2 3 1 2 3 | shuf --random-source=<(yes $round))
	becomes "green green green green " "sent three times in a random order the messages end in the same colours ($round)"
	is "[]" "$(tasks)" "and the same tasks"
	stop
done

# A kill loses nothing that was answered.
prepare "$FOLDER/killed"
serve
send m1
kill -9 "$SERVER"
wait "$SERVER" 2>/dev/null || true
serve
becomes "red red red green " "after a kill the answered result counts"
stop
