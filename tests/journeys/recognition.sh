# Three services, each with its own pack and root: Hubei's, the national one and Ningbo's. Feng's Hubei code is good at a gate in
# Ningbo, because Ningbo took Hubei's trust list and its pack says which of Hubei's colours count, from when and how fresh.
. "$(dirname "$0")/lib.sh"

T=2020-03-24T08:00:00+08:00
FENG=$(id_number 420802 19880612 002)
CASE=$(id_number 420802 19581103 001)
servers=()
trap 'code=$?; for server in "${servers[@]}"; do kill "$server"; done; wait; rm -rf "$FOLDER"' EXIT
export HEALTHCODE_PASSWORD='three plain words'

pack() { # NAME RECOGNISES: that pack with another list
	cp -r "$SOURCE/packs/$1" "$FOLDER/$1"
	jq --argjson recognises "$2" '.recognises = $recognises' "$SOURCE/packs/$1/pack.json" >"$FOLDER/$1/pack.json"
}
pack ningbo-2020 '[{"jurisdiction": "hubei-2020", "colours": ["green"], "from": "2020-03-24T00:00:00+08:00", "fresh_s": 3600},
	{"jurisdiction": "national-2020", "to": "2020-03-24T00:00:00+08:00"}]'
pack hubei-2020 '[]'
pack national-2020 '["hubei-2020", "ningbo-2020"]'
at() { "$HEALTHCODE" --data "$FOLDER/$1-store" "${@:2}"; }
for name in ningbo hubei national; do at $name init --pack "$FOLDER/$name-2020" --clock $T >/dev/null; done

cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$FENG,冯丽,13800000001,420802,2020-03-01T10:00:00+08:00
$CASE,冯建国,13800000001,420802,2020-03-01T10:00:00+08:00
CSV
{
	echo id_number,at,temperature_c,symptoms,contact
	for day in $(days 2020-03-01 2020-03-24); do
		for person in "$FENG" "$CASE"; do echo "$person,${day}T07:00:00+08:00,36.5,,no"; done
	done
} >"$FOLDER/checkins.csv"
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,confirmed_at
H1,$CASE,confirmed,2020-03-23T10:00:00+08:00
CSV
for name in hubei national; do
	for kind in residents checkins cases; do at $name import $kind "$FOLDER/$kind.csv" >/dev/null; done
	at $name import areas "$SOURCE/share/areas/china-2020.csv" >/dev/null 2>&1 || true
done
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
station,venue,宁波站,330203,CN
CSV
at ningbo import places "$FOLDER/places.csv" >/dev/null
at ningbo user add guard --role gate >/dev/null

addresses=()
for name in hubei national ningbo; do
	STORE=$FOLDER/$name-store
	serve --threads 2
	servers+=("$SERVER") addresses+=("$ADDRESS")
done
curl -sS "${addresses[0]}/v1/trust" -o "$FOLDER/hubei.trust"
curl -sS "${addresses[1]}/v1/trust" -o "$FOLDER/national.trust"
ADDRESS=${addresses[2]}
ask POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
guard=$(bearer "$(jq -r .token <<<"$BODY")")
answers 200 "Ningbo's list is there" GET /v1/trust
etag="If-None-Match: $(header ETag)"
answers 304 "and stays the same" GET /v1/trust '' -H "$etag"
check() { # CODE
	ask POST /v1/checks "$(jq -cn --arg code "$1" '{code: $code, place: "station"}')" -H "$guard"
	jq -r '"\(.verdict) \(.cause)"' <<<"$BODY"
}
code() { at "$1" --json code issue "$2" --pack "$1-2020" "${@:3}" | jq -r .code; }

feng=$(code hubei "$FENG" --png "$FOLDER/feng.png")
is "refuse unknown_issuer" "$(check "$feng")" "before Ningbo has Hubei's list its gates cannot read Hubei's codes"
exits 1 "a list is not taken on the word of whoever hands it over" at ningbo trust import "$FOLDER/hubei.trust"
root=$(sed -n 's/.*the root \([0-9a-f]\{16\}\) .*/\1/p' "$FOLDER/err")
exits 1 "nor under another's name" at ningbo trust import "$FOLDER/hubei.trust" --root 0123456789abcdef
exits 0 "Hubei's list is taken under Hubei's root" at ningbo --json trust import "$FOLDER/hubei.trust" --root "$root"
json_holds "and says for whom it signs" '.jurisdictions == ["hubei-2020"]' "$(cat "$FOLDER/out")"
exits 0 "the same again changes nothing" at ningbo trust import "$FOLDER/hubei.trust"
answers 200 "whoever fetches the list of Ningbo gets a new one at once" GET /v1/trust '' -H "$etag"
exits 1 "a list that names keys for Ningbo itself is refused" at hubei trust import <(at hubei trust export) --root "$root"
holds "who took it stands in the ledger" grep -q "trust.taken.*$root" <(at ningbo ledger show)

# Another process took the list, and the server that had one reads it again at once.
verdict=$(at ningbo --json gate check "$FOLDER/feng.png" --place station || true)
is "pass null" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$verdict")" "Feng's green code from Hubei, on its picture, passes in Ningbo"
is "pass null" "$(check "$(code hubei "$FENG")")" "and at the server's gates"
if grep -qE '4208|Jingmen|荆门|hubei|湖北|冯|0612' <<<"$verdict"; then fail "the guard sees where she comes from: $verdict"; fi
ok "and the guard does not see where it comes from"
gate() { at ningbo --json gate check "$1" --place station | jq -r '"\(.verdict) \(.cause)"' || true; }
red=$(code hubei "$CASE")
is "refuse not_recognised" "$(gate "$red")" "of Hubei's colours Ningbo takes green alone"
paper=$(at hubei --now 2020-03-24T06:30:00+08:00 --json code issue "$FENG" --pack hubei-2020 --paper "$FOLDER/feng.pdf" | jq -r .code)
is "refuse not_recognised" "$(gate "$paper")" "a paper is older than the hour for which Ningbo takes Hubei's codes"

# Issued anew under Ningbo's key, on a picture again: at the gate it is a code of Ningbo's like any other.
exits 0 "her picture from Hubei becomes one of Ningbo's" at ningbo code recognise "$FOLDER/feng.png" --png "$FOLDER/local.png"
local=$(at ningbo --json code recognise "$feng")
json_holds "with the same colour, for no longer than Hubei's counts" '.colour == "green" and .jurisdiction == "ningbo-2020" and .cause == null' "$local"
at ningbo trust export >"$FOLDER/ningbo-own.trust"
seconds() { date -d "$(jq -r .expires_at <<<"$1")" +%s; }
is "$(seconds "$(at hubei --json code verify "$feng" --trust "$FOLDER/hubei.trust" || true)")" "$(seconds "$local")" "it ends when Hubei's does"
now=$(jq -r .issued_at <<<"$local")
verified=$("$HEALTHCODE" --now "$now" --json code verify "$FOLDER/local.png" --trust "$FOLDER/ningbo-own.trust" || true)
is "ningbo-2020 green" "$(jq -r '"\(.issuer) \(.colour)"' <<<"$verified")" "its picture names Ningbo alone"
is "pass null" "$(at ningbo --now "$now" --json gate check "$FOLDER/local.png" --place station | jq -r '"\(.verdict) \(.cause)"' || true)" "and it passes the station"
if grep -qiE 'hubei|4208' <<<"$verified$(at ningbo --json code recognise "$feng" || true)"; then fail "it tells where it began"; fi
ok "and nothing in it tells where it began"
exits 1 "a red one is not issued anew" at ningbo --json code recognise "$(code hubei "$CASE")"
is not_recognised "$(jq -r .cause "$FOLDER/out")" "because it is not recognised"
case $feng in *0) changed=${feng%?}1 ;; *) changed=${feng%?}0 ;; esac
exits 1 "nor is one that was changed" at ningbo --json code recognise "$changed"
exits 1 "one of Ningbo's own needs no other" at ningbo --json code recognise "$(jq -r .code <<<"$local")"
is own "$(jq -r .cause "$FOLDER/out")" "and is told so"

asked() { jq -cn --arg code "$1" '{code: $code}'; }
answers 201 "the service does so for anybody who arrives" POST /v1/recognitions "$(asked "$(code hubei "$FENG")")"
json_holds "with a code of Ningbo's" '.jurisdiction == "ningbo-2020" and .colour == "green" and (.code | startswith("HC1:"))' "$BODY"
is "pass null" "$(gate "$(jq -r .code <<<"$BODY")")" "which passes too"
is_problem 422 invalid "but not for a colour that does not count" POST /v1/recognitions "$(asked "$red")"
json_holds "and says so" '.errors == [{"pointer": "/code", "reason": "not_recognised"}]' "$BODY"
is_problem 404 not-found "nor for a jurisdiction that is not here" POST /v1/recognitions '{"code":"HC1:","jurisdiction":"hubei-2020"}'

national=$(code national "$FENG")
at ningbo trust import "$FOLDER/national.trust" --root "$(at ningbo trust import "$FOLDER/national.trust" 2>&1 | sed -n 's/.*the root \([0-9a-f]\{16\}\) .*/\1/p')" >/dev/null
is "refuse not_recognised" "$(gate "$national")" "a recognition that ended is none"

at ningbo trust export >"$FOLDER/ningbo.trust"
at_eight=$(at hubei --now $T --json code issue "$FENG" --pack hubei-2020 | jq -r .code)
is "null hubei-2020" "$("$HEALTHCODE" --now $T --json code verify "$at_eight" --trust "$FOLDER/ningbo.trust" | jq -r '"\(.cause) \(.issuer)"')" "Ningbo's list, alone and offline, reads Hubei's code"
verify_for() { "$HEALTHCODE" --now $T --json code verify "$1" --trust "$FOLDER/${3:-ningbo}.trust" --for "$2" | jq -r '"\(.valid) \(.cause)"' || true; }
is "true null" "$(verify_for "$at_eight" ningbo-2020)" "it says too that Hubei's green counts in Ningbo"
at_eight_red=$(at hubei --now $T --json code issue "$CASE" --pack hubei-2020 | jq -r .code)
is "false not_recognised" "$(verify_for "$at_eight_red" ningbo-2020)" "and that its red does not"
at national trust export >"$FOLDER/national-own.trust"
national_eight=$(at national --now $T --json code issue "$FENG" --pack national-2020 | jq -r .code)
is "false not_recognised" "$(verify_for "$national_eight" ningbo-2020)" "nor the national code any more"
is "true null" "$(verify_for "$national_eight" national-2020 national-own)" "which counts at home"
exits 1 "of another's gates the list says nothing" "$HEALTHCODE" --now $T code verify "$at_eight" --trust "$FOLDER/ningbo.trust" --for hubei-2020
holds "and that is told" grep -q "does not say whose codes count at gates of hubei-2020" "$FOLDER/err"
ask GET /v1/jurisdictions
json_holds "pages learn what is recognised" '.items[0].gate.recognition[0] ==
	{"jurisdiction":"hubei-2020","colours":["green"],"fresh_s":3600,"from":"2020-03-24T00:00:00+08:00","to":null}' "$BODY"
ask GET /v1/trust
old_list="If-None-Match: $(header ETag)"
jq '.recognises = []' "$SOURCE/packs/ningbo-2020/pack.json" >"$FOLDER/ningbo-2020/pack.json"
for user in zhang zhao; do
	at ningbo user add $user --role supervisor >/dev/null
	HEALTHCODE_TOKEN=$HEALTHCODE_PASSWORD exits 0 "$user says that Ningbo's next pack recognises nobody" at ningbo --as $user pack activate "$FOLDER/ningbo-2020" --jurisdiction ningbo-2020
done
answers 200 "whoever fetches the list gets a new one at once" GET /v1/trust '' -H "$old_list"
at ningbo trust export >"$FOLDER/ningbo.trust"
is "false not_recognised" "$(verify_for "$at_eight" ningbo-2020)" "by which Hubei's green counts no more"
exits 0 "Hubei revokes Feng's codes" at hubei code revoke "$FENG" --pack hubei-2020
at hubei trust export >"$FOLDER/hubei2.trust"
exits 0 "Ningbo takes Hubei's newer list" at ningbo trust import "$FOLDER/hubei2.trust"
exits 1 "an older one after it is refused" at ningbo trust import "$FOLDER/hubei.trust"
is "refuse revoked" "$(gate "$(code hubei "$FENG")")" "and the revocation counts in Ningbo"

at ningbo --now 2020-04-01T08:00:00+08:00 trust export >"$FOLDER/late.trust"
exits 1 "eight days later Hubei's list is too old to go out" "$HEALTHCODE" --now $T --json code verify "$at_eight" --trust "$FOLDER/late.trust"
is unknown_key "$(jq -r .cause "$FOLDER/out")" "and its codes are unknown"
exits 0 "Hubei's root is forgotten" at ningbo trust forget --root "$root"
is "refuse unknown_issuer" "$(gate "$red")" "and its codes count no more"
exits 0 "Ningbo's ledger is whole" at ningbo ledger verify

jq '.recognises[0] = {jurisdiction: "hubei-2020", colors: ["green"]}' "$SOURCE/packs/ningbo-2020/pack.json" >"$FOLDER/ningbo-2020/pack.json"
exits 3 "a misspelt condition is found" "$HEALTHCODE" pack check "$FOLDER/ningbo-2020"
holds "and the right word named" grep -q 'did you mean "colours"' "$FOLDER/err"
