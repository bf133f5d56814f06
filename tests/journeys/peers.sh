# Feng between three services, each with its own pack, root and keys: Hubei's, where she lives; the national one; and Ningbo's, where she
# works. They exchange signed statements over mutual TLS: she shows her code once, on a picture, and from then on what Hubei says of
# her reaches Ningbo, by the national code too, and no gate learns where she comes from.
. "$(dirname "$0")/lib.sh"

T=2020-03-24T08:00:00+08:00
FENG=$(id_number 420802 19880612 002)
ZHOU=$(id_number 420802 19790130 006)
OTHER=$(id_number 420802 19600421 004)
PHONE=13800000001
declare -A server address peers log
trap 'kill "${server[@]}" 2>/dev/null || true; wait; rm -rf "$FOLDER"' EXIT
export HEALTHCODE_PASSWORD='three plain words'
at() { "$HEALTHCODE" --data "$FOLDER/$1" "${@:2}"; }

# The packs of 2020, and what they say of others' colours: that a red one counts here too; and in Ningbo that where nobody counts
# cases, another's green is enough.
clock='{"plusTime": [{"var": "external.validationClock"}, 0, "day"]}'
red_recognised() { # ID
	jq -n --arg id "$1" --argjson clock "$clock" '{id: $id, colour: "red", each: "recognitions", reason: "red_recognised", source: "a test",
		when: {and: [{"===": [{var: "item.colour"}, "red"]}, {before: [$clock, {plusTime: [{var: "item.until"}, 0, "day"]}]}]}}'
}
pack() { # NAME RECOGNISES
	cp -r "$SOURCE/packs/$1-2020" "$FOLDER/$1-2020"
	jq --argjson recognises "$2" '.recognises = $recognises' "$SOURCE/packs/$1-2020/pack.json" >"$FOLDER/$1-2020/pack.json"
	red_recognised RED-RECOGNISED >"$FOLDER/$1-2020/rules/red-recognised.json"
	for language in zh en; do
		jq '.red_recognised = "{jurisdiction} says red, {date}: ask its office."' "$SOURCE/packs/$1-2020/texts/$language.json" >"$FOLDER/$1-2020/texts/$language.json"
	done
}
pack hubei '[]'
pack national '["hubei-2020"]'
pack ningbo '[{"jurisdiction": "hubei-2020", "from": "2020-03-24T00:00:00+08:00"}, "national-2020"]'
jq --argjson clock "$clock" '.when.and += [{"!": [{if: [{var: "payload.latest.recognitions"}, {and: [
	{"===": [{var: "payload.latest.recognitions.colour"}, "green"]},
	{before: [$clock, {plusTime: [{var: "payload.latest.recognitions.until"}, 0, "day"]}]}]}, false]}]}]' \
	"$SOURCE/packs/ningbo-2020/rules/nb-gray-area.json" >"$FOLDER/ningbo-2020/rules/nb-gray-area.json"
# Hubei's codes say their colour to its own gates alone: others' gates read none, and their services ask.
jq '.credential.audience = "gates"' "$FOLDER/hubei-2020/pack.json" >"$FOLDER/sealed.json"
mv "$FOLDER/sealed.json" "$FOLDER/hubei-2020/pack.json"
for name in hubei national ningbo; do
	exits 0 "the pack of $name holds" "$HEALTHCODE" pack check "$FOLDER/$name-2020"
done
# A store's clock begins when it is made: whoever is shown a code must not be behind who made it.
for name in ningbo national hubei; do at $name init --pack "$FOLDER/$name-2020" --clock $T >/dev/null; done

cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$FENG,冯丽,$PHONE,420802,2020-03-01T10:00:00+08:00
$ZHOU,周强,13800000002,420802,2020-03-01T10:00:00+08:00
$OTHER,王秀英,13800000003,420802,2020-03-01T10:00:00+08:00
CSV
{
	echo id_number,at,temperature_c,symptoms,contact
	for day in $(days 2020-03-01 2020-03-24); do
		for person in "$FENG" "$ZHOU" "$OTHER"; do echo "$person,${day}T07:00:00+08:00,36.5,,no"; done
	done
} >"$FOLDER/checkins.csv"
for name in hubei national ningbo; do at $name import residents "$FOLDER/residents.csv" >/dev/null; done
at hubei import checkins "$FOLDER/checkins.csv" >/dev/null
at hubei import areas "$SOURCE/share/areas/china-2020.csv" >/dev/null 2>&1 || true
at hubei import orders "$SOURCE/packs/hubei-2020/orders/2020-03-24.csv" >/dev/null
at ningbo import orders "$SOURCE/packs/hubei-2020/orders/2020-03-24.csv" >/dev/null
printf 'place,kind,name,division,country\nstation,venue,荆门站,420802,CN\n' >"$FOLDER/hubei-places.csv"
printf 'place,kind,name,division,country\nstation,venue,宁波站,330203,CN\n' >"$FOLDER/ningbo-places.csv"
for name in hubei ningbo; do at $name import places "$FOLDER/$name-places.csv" >/dev/null; done
at ningbo user add guard --role gate >/dev/null

# Each service's own certificate, by which the others know it; an outsider has one too.
for name in hubei national ningbo outsider; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$name" \
		-keyout "$FOLDER/$name.key" -out "$FOLDER/$name.pem" 2>/dev/null
done
start() { # NAME [PORT]
	: >"$FOLDER/$1.log"
	"$HEALTHCODE" --data "$FOLDER/$1" serve --listen 127.0.0.1:0 --peers "127.0.0.1:${2:-0}" --peer-certificate "$FOLDER/$1.pem" --peer-key "$FOLDER/$1.key" 2>"$FOLDER/$1.log" &
	server[$1]=$!
	for _ in $(seq 200); do
		address[$1]=$(sed -n 's,^healthcode: serving on ,,p' "$FOLDER/$1.log")
		peers[$1]=$(sed -n 's,^healthcode: other services are answered on ,,p' "$FOLDER/$1.log")
		[ -z "${address[$1]}" ] || return 0
		sleep 0.1
	done
	fail "the service of $1 starts: $(cat "$FOLDER/$1.log")"
}
for name in hubei national ningbo; do start $name; done
pin() { "$HEALTHCODE" peer pin "$FOLDER/$1.pem"; }
holds "a pin is curl's" grep -qE '^sha256//[A-Za-z0-9+/]{43}=$' <(pin hubei)
for name in hubei national ningbo; do at $name trust export >"$FOLDER/$name.trust"; done
for one in hubei national ningbo; do
	for other in hubei national ningbo; do
		[ $one != $other ] || continue
		root=$(at $one trust import "$FOLDER/$other.trust" 2>&1 | sed -n 's/.*the root \([0-9a-f]\{16\}\) .*/\1/p' || true)
		at $one trust import "$FOLDER/$other.trust" --root "$root" >/dev/null
	done
done
ask_peer() { # NAME ID CODE: what the service of NAME is told
	at "$1" --json peer ask "$2" "$3" --certificate "$FOLDER/$1.pem" --key "$FOLDER/$1.key"
}
code() { at "$1" --json code issue "$2" --pack "$1-2020" "${@:3}" | jq -r .code; }
colour() { at "$1" --json explain "$2" --pack "$1-2020" | jq -r .colour; }

is green "$(colour hubei "$FENG")" "Feng is green in Hubei"
is gray "$(colour ningbo "$FENG")" "and gray in Ningbo, which has no counts of where she lives"
code hubei "$FENG" --png "$FOLDER/feng.png" >/dev/null
exits 1 "Ningbo asks nobody whom it does not know" ask_peer ningbo "$FENG" "$FOLDER/feng.png"
is unknown_peer "$(jq -r .cause "$FOLDER/out")" "and says so"

# Hubei and Ningbo agree on a secret, tell each other their addresses and pins, and who tells whom.
secret() { "$HEALTHCODE" peer secret >"$FOLDER/$1"; }
secret hubei-ningbo; secret hubei-national; secret national-ningbo
exits 2 "a peer needs a pin" at ningbo peer add hubei-2020 --url "${peers[hubei]}" --pin sha256//abc --secret "$FOLDER/hubei-ningbo"
exits 2 "and an address that is none but https" at ningbo peer add hubei-2020 --url "http://127.0.0.1:1" --pin "$(pin hubei)" --secret "$FOLDER/hubei-ningbo"
exits 3 "a secret is one that was made" at ningbo peer add hubei-2020 --url "${peers[hubei]}" --pin "$(pin hubei)" --secret "$FOLDER/residents.csv"
exits 2 "nobody is a peer of its own" at ningbo peer add ningbo-2020 --url "${peers[hubei]}" --pin "$(pin hubei)" --secret "$FOLDER/hubei-ningbo"
exits 2 "nor are its residents' pages" at ningbo peer add hubei-2020 --url "${peers[hubei]}" --pin "$(pin hubei)" --secret "$FOLDER/hubei-ningbo" --pages "javascript:alert(1)"
PAGES='https://codes.hubei.example/#/reasons'
exits 0 "Ningbo takes of Hubei" at ningbo peer add hubei-2020 --url "${peers[hubei]}" --pin "$(pin hubei)" --secret "$FOLDER/hubei-ningbo" --direction takes --pages "$PAGES"
exits 0 "Hubei gives to Ningbo" at hubei peer add ningbo-2020 --url "${peers[ningbo]}" --pin "$(pin ningbo)" --secret "$FOLDER/hubei-ningbo" --direction gives
exits 0 "peers are listed" at hubei --json peer list
json_holds "with how they are known" '.peer == "ningbo-2020" and .direction == "gives" and (.pin | startswith("sha256//"))' "$(cat "$FOLDER/out")"
holds "the ledger says who did it" grep -q 'peer.added.*"by":"command line"' <(at hubei ledger show)

# By the presented code, on a real picture.
fresh() { code hubei "$1" --png "$FOLDER/feng.png" >/dev/null; }
fresh "$FENG"
exits 0 "Ningbo asks Hubei with the code on her picture" ask_peer ningbo "$FENG" "$FOLDER/feng.png"
json_holds "and is told green, for a day" '.jurisdiction == "hubei-2020" and .colour == "green" and (.until | startswith("2020-03-25T08:"))' "$(cat "$FOLDER/out")"
is "ask sealed" "$(at ningbo --json gate check "$(code hubei "$FENG")" --place station | jq -r '"\(.verdict) \(.cause)"' || true)" "at Ningbo's gate Hubei's own code tells no colour, and is asked about"
is "pass null" "$(at ningbo --json gate check "$(code hubei "$FENG" --public)" --place station | jq -r '"\(.verdict) \(.cause)"' || true)" "its public form passes there"
is green "$(colour ningbo "$FENG")" "she is green in Ningbo too"
is "ningbo-2020 asked with the code that you showed there" "$(sqlite3 -separator ' ' "$FOLDER/hubei/registry.db" 'SELECT DISTINCT by_whom, purpose FROM access_log')" "what Hubei keeps for her to read says who asked"
local=$(code ningbo "$FENG")
verdict=$(at ningbo --json gate check "$local" --place station || true)
is "pass null" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$verdict")" "and the station's gate in Ningbo passes her"
if grep -qE '4208|Jingmen|荆门|hubei|湖北|冯|0612' <<<"$verdict"; then fail "the guard sees where she comes from: $verdict"; fi
ok "without a trace of where she comes from"
at ningbo trust export >"$FOLDER/ningbo.trust"
code ningbo "$FENG" --png "$FOLDER/local.png" >/dev/null
verified=$("$HEALTHCODE" --now "$(at ningbo --json code issue "$FENG" --pack ningbo-2020 | jq -r .issued_at)" --json code verify "$FOLDER/local.png" --trust "$FOLDER/ningbo.trust" || true)
is ningbo-2020 "$(jq -r .issuer <<<"$verified")" "the code on her picture is Ningbo's"
is "pass null" "$(at hubei --json gate check "$(code hubei "$FENG")" --place station | jq -r '"\(.verdict) \(.cause)"' || true)" "and Hubei's own passes the station where she leaves"

# The order of 24 March, as it stood in the packs, at both ends.
exits 1 "on 24 March the order keeps her in Hubei" at hubei --json journey 420802 330203 2020-03-24T12:00:00+08:00 "$FENG"
exits 0 "from 25 March on it lets her leave" at hubei --json journey 420802 330203 2020-03-25T08:00:00+08:00 "$FENG"
exits 0 "and Ningbo says what awaits her there" at ningbo --json journey 420802 330203 2020-03-25T07:00:00+08:00 "$FENG"
json_holds "green" '[.. | objects | select(.jurisdiction? == "ningbo-2020" and has("colour")).colour] | index("green") != null' "$(cat "$FOLDER/out")"
exits 1 "who lives in Wuhan waits until 8 April" at hubei journey 420106 330203 2020-03-25T08:00:00+08:00

# What is asked must be of one person, and what is shown a code that counts.
exits 1 "Feng's code tells nothing of somebody else" ask_peer ningbo "$OTHER" "$(code hubei "$FENG")"
is another_person "$(jq -r .cause "$FOLDER/out")" "and Ningbo learns that alone"
is gray "$(colour ningbo "$OTHER")" "nothing is known of them there"
exits 1 "a code of Ningbo's own needs nobody" ask_peer ningbo "$FENG" "$(code ningbo "$FENG")"
is own "$(jq -r .cause "$FOLDER/out")" "it is told so"
exits 1 "Hubei gives and does not take" ask_peer hubei "$FENG" "$(code ningbo "$FENG")"

# Who asks and who tells is known by the key of the TLS certificate.
post() { # CERTIFICATE NAME PATH BODY: the status; the body is in $FOLDER/body
	ADDRESS=${peers[$2]} ask POST "$3" "$4" -k ${1:+--cert "$FOLDER/$1.pem" --key "$FOLDER/$1.key"}
	echo "$STATUS"
}
is 200 "$(post ningbo hubei /v1/peers/questions "$(jq -cn --arg code "$(code hubei "$FENG")" --arg subject "$(sqlite3 "$FOLDER/hubei/registry.db" 'SELECT lower(hex(subject)) FROM peer_given')" \
	'{jurisdiction: "hubei-2020", audience: "ningbo-2020", subject: $subject, code: $code}')")" "asked as Ningbo asks, Hubei answers with a statement"
question=$(jq -cn --arg code "$(code hubei "$FENG")" --arg subject "$(printf '%064d' 0)" '{jurisdiction: "hubei-2020", audience: "ningbo-2020", subject: $subject, code: $code}')
is 401 "$(post '' hubei /v1/peers/questions "$question")" "who shows no certificate is told nothing"
is 403 "$(post outsider hubei /v1/peers/questions "$question")" "nor who shows another's"
is 422 "$(post ningbo hubei /v1/peers/questions "$question")" "with Ningbo's, a subject that is nobody is another person"
is another_person "$(jq -r '.errors[0].reason' "$FOLDER/body")" "and that is all"
is 404 "$(post ningbo hubei /v1/sessions '{}')" "people's routes are not there"
ADDRESS=${address[hubei]}
is_problem 404 not-found "and the peers' not where people are" POST /v1/peers/questions "$question"
is 200 "$(post ningbo hubei /v1/peers/statements '{"statements": ["HC1:"]}')" "a list of statements is answered one by one"
is '[{"cause":"malformed","index":0}]' "$(jq -Sc .refused "$FOLDER/body")" "each with its cause"
is 422 "$(post ningbo hubei /v1/peers/statements '{"statements": []}')" "none is no list"
statement=$(sqlite3 "$FOLDER/hubei/registry.db" 'SELECT statement FROM peer_given')
is 200 "$(post hubei ningbo /v1/peers/statements "$(jq -cn --arg s "$statement" '{statements: [$s]}')")" "the same statement once more"
is '{"refused":[],"taken":1}' "$(jq -Sc . "$FOLDER/body")" "is known"
is 200 "$(post outsider ningbo /v1/peers/statements "$(jq -cn --arg s "$statement" '{statements: [$s]}')")" "told by another"
is unknown_peer "$(jq -r '.refused[0].cause' "$FOLDER/body")" "it is refused"
if grep -qE "$FENG|冯|420802" <<<"$statement$(at hubei --json ledger show)"; then fail "a statement or the ledger names her"; fi
ok "a statement names nobody"

# Through the national code: Hubei tells it, and it tells Ningbo, with its own key and in its own name.
exits 0 "the national service takes of Hubei" at national peer add hubei-2020 --url "${peers[hubei]}" --pin "$(pin hubei)" --secret "$FOLDER/hubei-national" --direction takes
exits 0 "which gives" at hubei peer add national-2020 --url "${peers[national]}" --pin "$(pin national)" --secret "$FOLDER/hubei-national" --direction gives
exits 0 "and gives to Ningbo" at national peer add ningbo-2020 --url "${peers[ningbo]}" --pin "$(pin ningbo)" --secret "$FOLDER/national-ningbo" --direction gives
exits 0 "which takes" at ningbo peer add national-2020 --url "${peers[national]}" --pin "$(pin national)" --secret "$FOLDER/national-ningbo" --direction takes
exits 0 "Zhou shows Hubei's code to the national service" ask_peer national "$ZHOU" "$(code hubei "$ZHOU")"
exits 0 "and the national one in Ningbo" ask_peer ningbo "$ZHOU" "$(code national "$ZHOU")"
is "national-2020 green" "$(jq -r '"\(.jurisdiction) \(.colour)"' "$FOLDER/out")" "Ningbo hears the national colour"
is green "$(colour ningbo "$ZHOU")" "and is content with it"
if sqlite3 "$FOLDER/ningbo/registry.db" "SELECT body FROM evidence WHERE kind = 16" | grep national | grep -q hubei; then fail "Ningbo learns of Hubei"; fi
ok "it does not learn who stands behind it"

# A resident asks by herself.
one_time_code() { jq -rs 'map(select(.kind == "sign-in-code")) | last.text | capture("(?<code>[0-9]{6})").code' "$FOLDER/ningbo/outbox.jsonl"; }
ADDRESS=${address[ningbo]}
answers 202 "Feng asks for a one-time code in Ningbo" POST /v1/sessions/codes "{\"phone\":\"$PHONE\",\"id_number\":\"$FENG\"}"
answers 201 "and signs in" POST /v1/sessions "{\"phone\":\"$PHONE\",\"id_number\":\"$FENG\",\"code\":\"$(one_time_code)\",\"transport\":\"token\"}"
me=$(bearer "$(jq -r .token <<<"$BODY")")
answers 201 "she shows Hubei's code on Ningbo's page" POST /v1/me/recognitions "$(jq -cn --arg code "$(code hubei "$FENG")" '{code: $code}')" -H "$me"
json_holds "and Ningbo has heard of Hubei's green" '.jurisdiction == "hubei-2020" and .colour == "green"' "$BODY"
is_problem 422 invalid "a code that was changed is refused" POST /v1/me/recognitions '{"code":"HC1:ABC"}' -H "$me"
is_problem 401 sign-in-needed "nobody asks for others" POST /v1/me/recognitions '{"code":"HC1:ABC"}'

# Hubei learns that both are cases: they are red there, and told, both ways.
becomes() { # COLOUR NAME ID SENTENCE
	local found
	for _ in $(seq 60); do
		found=$(colour "$2" "$3")
		[ "$found" != "$1" ] || break
		sleep 0.5
	done
	is "$1" "$found" "$4"
}
printf 'case,id_number,status,confirmed_at\nH1,%s,confirmed,2020-03-24T07:30:00+08:00\nH2,%s,confirmed,2020-03-24T07:30:00+08:00\n' "$FENG" "$ZHOU" >"$FOLDER/cases.csv"
at hubei import cases "$FOLDER/cases.csv" >/dev/null
is red "$(colour hubei "$FENG")" "Feng turns red in Hubei"
becomes red ningbo "$FENG" "and, without her doing, in Ningbo"
becomes red national "$ZHOU" "Zhou turns red in the national code"
becomes red ningbo "$ZHOU" "and by it in Ningbo"
is "refuse red" "$(at ningbo --json gate check "$(code ningbo "$FENG")" --place station | jq -r '"\(.verdict) \(.cause)"' || true)" "the gate refuses her"
answers 200 "she reads why" GET /v1/me/reasons '' -H "$me"
json_holds "whose word it is, and where to object" '.rules[0].reason.en | test("^hubei-2020 says red")' "$BODY"
json_holds "what Ningbo says itself, beside what Hubei says" '.own.colour == "gray" and (.own.rules[0].reason.en | length > 0)
	and .others == [{"jurisdiction": "hubei-2020", "colour": "red", "since": .others[0].since, "until": .others[0].until}]' "$BODY"
answers 200 "whose office answers for it" GET /v1/me/appeals '' -H "$me"
json_holds "is Hubei's, at its residents' pages" '.stops and .items == [] and .office == {"jurisdiction": "hubei-2020", "here": false, "url": "'$PAGES'"}' "$BODY"
is_problem 409 another-office "an appeal goes there" POST /v1/me/appeals '{"words":"我没有去过"}' -H "$me"
json_holds "which says where" '.title | endswith(", at '$PAGES'")' "$BODY"
exits 1 "also one that staff write down" at ningbo appeal open "$FENG" --words 我没有去过
holds "which says where, too" grep -qF "hubei-2020's: the appeal goes to its office, at $PAGES" "$FOLDER/err"
is 200 "$(post hubei ningbo /v1/peers/statements "$(jq -cn --arg s "$statement" '{statements: [$s]}')")" "the green statement of before, told again"
is older "$(jq -r '.refused[0].cause' "$FOLDER/body")" "comes too late"
is red "$(colour ningbo "$FENG")" "and changes nothing"

# A service that does not answer is told later.
kill -INT "${server[ningbo]}"; wait "${server[ningbo]}" || true
at hubei import undo "$(sqlite3 "$FOLDER/hubei/registry.db" "SELECT max(id) FROM evidence_import WHERE kind = 'cases'")" >/dev/null
is green "$(colour hubei "$FENG")" "Hubei takes Feng's case back while Ningbo does not answer"
for _ in $(seq 60); do grep -q 'ningbo-2020 does not take' "$FOLDER/hubei.log" && break || sleep 0.5; done
holds "its operator is told" grep -q 'ningbo-2020 does not take what it is told' "$FOLDER/hubei.log"
start ningbo "${peers[ningbo]##*:}"
becomes green ningbo "$FENG" "Ningbo hears it when it answers again"
ADDRESS=${address[ningbo]}
kill -INT "${server[hubei]}"; wait "${server[hubei]}" || true
is_problem 502 no-answer "who asks a service that does not answer is told so" POST /v1/me/recognitions "$(jq -cn --arg code "$(code hubei "$FENG")" '{code: $code}')" -H "$me"
start hubei "${peers[hubei]##*:}"

# What is revoked is taken back.
at hubei code revoke "$FENG" --pack hubei-2020 2>/dev/null
becomes gray ningbo "$FENG" "Hubei revokes her codes, and Ningbo hears that nothing is said of her any more"
exits 0 "Ningbo removes the national service" at ningbo peer remove national-2020
exits 1 "once more is none" at ningbo peer remove national-2020
is 1 "$(find "$FOLDER/ningbo/keys" -name 'peer-*.key' | wc -l)" "and the secret is destroyed"
for name in hubei national ningbo; do exits 0 "the ledger of $name is whole" at $name ledger verify; done
for name in hubei national ningbo; do
	kill -INT "${server[$name]}"
	wait "${server[$name]}" || fail "the service of $name ends well: $(cat "$FOLDER/$name.log")"
done
ok "all three end well"
