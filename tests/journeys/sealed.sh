# A city whose codes say their colour to gates alone: a stranger with the public list reads none, the city's gates do, with a
# network and without; the holder can show the public form.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
T=2020-03-20T08:00
cp -r "$SOURCE/packs/hangzhou-2020" "$FOLDER/hangzhou-2020"
jq '.credential.audience = "gates"' "$SOURCE/packs/hangzhou-2020/pack.json" >"$FOLDER/hangzhou-2020/pack.json"
exits 0 "the pack is good" H pack check "$FOLDER/hangzhou-2020"
exits 0 "a store" H init --pack "$FOLDER/hangzhou-2020" --clock $T:00+08:00
one=$(id_number 330102 19800101 001)
printf 'id_number,name,phone,division,applied_at\n%s,李雷,13800000001,330102,2020-03-01T12:00:00+08:00\n' "$one" >"$FOLDER/residents.csv"
exits 0 "a person" H import residents "$FOLDER/residents.csv"
printf 'place,kind,name,division\nstop,venue,服务区,330102\nnorth,venue,北站,330102\n' >"$FOLDER/places.csv"
exits 0 "a gate" H import places "$FOLDER/places.csv"
H --now $T:00+08:00 evaluate >/dev/null
H --now $T:00+08:00 trust export >"$FOLDER/trust"
code=$(H --now $T:10+08:00 code issue "$one" --pack hangzhou-2020)
open=$(H --now $T:10+08:00 code issue "$one" --pack hangzhou-2020 --public)
cause() { "$HEALTHCODE" --now "$2" --json code verify "$1" --trust "$FOLDER/trust" | jq -r '[.cause // "valid", .colour // "-"] | join(" ")' || true; }
is "sealed -" "$(cause "$code" $T:20+08:00)" "a stranger with the public list learns that it holds, and no colour"
is "expired -" "$(cause "$code" 2020-03-20T08:59:59+08:00)" "nor later"
colour=$(H --now $T:10+08:00 explain "$one" --pack hangzhou-2020 --json | jq -r .colour)
is "valid $colour" "$(cause "$open" $T:20+08:00)" "the public form says it to everybody"
json_holds "the city's gate reads the colour" '.cause != "sealed"' "$(H --now $T:20+08:00 --json gate check "$code" --place stop || true)"
is "$(H --now $T:20+08:00 --json gate check "$open" --place stop | jq -c '[.verdict, .cause]')" \
	"$(H --now $T:20+08:00 --json gate check "$code" --place stop | jq -c '[.verdict, .cause]')" "and decides as by the public one"

# Who is signed in as a gate gets the keys; nobody else.
export HEALTHCODE_PASSWORD="correct horse battery staple"
exits 0 "a guard" H user add guard --role gate
serve
trap 'kill "$SERVER" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT
answers 201 "the guard signs in" POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
gate=$(jq -r .token <<<"$BODY")
answers 401 "a stranger gets no key" GET /v1/gate-keys
answers 200 "a gate does" GET /v1/gate-keys "" -H "$(bearer "$gate")"
json_holds "of three days, the city's" '[.items[].jurisdiction] == ["hangzhou-2020", "hangzhou-2020", "hangzhou-2020"]' "$BODY"
is 3 "$(jq -r '.items[].key' <<<"$BODY" | sort -u | wc -l)" "each its own"
od -An -v -tx1 "$FOLDER/trust" | tr -d ' \n' >"$FOLDER/hex"
jq -r '.items[].key' <<<"$BODY" >"$FOLDER/gate_keys"
holds "the public list has none of them" bash -c '! grep -qF -f "$1/gate_keys" "$1/hex"' - "$FOLDER"

# A code that was lent, or filmed, at a second gate within its life.
code=$(H code issue "$one" --pack hangzhou-2020)
shown_at() { ask POST /v1/checks "{\"code\":\"$code\",\"place\":\"$1\"}" -H "$(bearer "$gate")"; }
shown_at stop
is "pass null" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$BODY")" "a code passes a gate"
shown_at north
is "ask shown_elsewhere" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$BODY")" "the same code at another gate is asked about"
json_holds "with an act and its end, so that it never becomes a no" '.act.en != "" and .end.do == "decide" and .end.by != null' "$BODY"
shown_at stop
is "pass null" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$BODY")" "at the same gate it may be shown again"
sleep 31
code=$(H code issue "$one" --pack hangzhou-2020)
shown_at north
is "pass null" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$BODY")" "the next code, which comes within a minute, passes there"
