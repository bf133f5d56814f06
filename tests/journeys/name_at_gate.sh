# A kind of place whose rule needs a name: the guard learns its last character and the ID number's last four, whoever's they are reads who saw
# them, and at every other place nobody learns anything.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
export HEALTHCODE_PASSWORD="correct horse battery staple"
T=2020-03-24T08:00:00+08:00
cp -r "$SOURCE/packs/hangzhou-2020" "$FOLDER/hangzhou-2020"
jq '.gate.name_places = ["airport", "clinic"]' "$SOURCE/packs/hangzhou-2020/pack.json" >"$FOLDER/hangzhou-2020/pack.json"
exits 0 "a pack whose airports and clinics need a name" "$HEALTHCODE" pack check "$FOLDER/hangzhou-2020"
exits 0 "a store" H init --pack "$FOLDER/hangzhou-2020" "$SOURCE/packs/ningbo-2020" --clock $T
li=$(id_number 330102 19800101 001) anna=$(id_number 330102 19820101 002) case=$(id_number 330102 19400101 003) second=$(id_number 330102 19410101 004)
printf 'id_number,name,phone,division,applied_at\n%s,李雷,13800000001,330102,2020-03-01T12:00:00+08:00\n%s,Anna Mu\xcc\x88lle\xcc\x81 ,13800000002,330102,2020-03-01T12:00:00+08:00\n%s,王老,13800000003,330102,2020-03-01T12:00:00+08:00\n%s,孙兴,13800000004,330102,2020-03-01T12:00:00+08:00\n' \
	"$li" "$anna" "$case" "$second" >"$FOLDER/residents.csv"
exits 0 "four people" H import residents "$FOLDER/residents.csv"
printf 'place,kind,name,division\nairport,airport,萧山机场,330109\nmarket,market,菜市场,330102\nclinic,hospital,市一医院,330102\n' >"$FOLDER/places.csv"
exits 0 "an airport, a market and a hospital" H import places "$FOLDER/places.csv"
printf 'case,id_number,status,confirmed_at\nC1,%s,confirmed,2020-03-23T10:00:00+08:00\nC2,%s,confirmed,2020-03-23T10:00:00+08:00\n' "$case" "$second" >"$FOLDER/cases.csv"
exits 0 "two of them are cases" H import cases "$FOLDER/cases.csv"
exits 0 "a guard" H user add guard --role gate

code() { H --now $T code issue "$1" --pack hangzhou-2020; }
seen() { H --now "$3" --json gate check "$1" --place "$2" | jq -r '"\(.verdict) \(.name_end) \(.id_number_end)"' || true; }
is "pass 雷 ${li:14}" "$(seen "$(code "$li")" airport $T)" "at the airport a green code comes with the end of the name and of the ID number"
is $'pass e\xcc\x81 '"${anna:14}" "$(seen "$(code "$anna")" airport $T)" "a letter with its mark is one character, and a space at the end is none"
is "pass null null" "$(seen "$(code "$li")" market $T)" "at a market it does not"
is "pass null null" "$(seen "$(code "$li")" clinic $T)" "nor at a hospital"
is "refuse null null" "$(seen "$(code "$case")" airport $T)" "nor at the airport of who is refused"
is "refuse null null" "$(seen "$(code "$li")" airport 2020-03-24T08:05:00+08:00)" "or of a code that ended"
typed=$(H --now $T --json gate check --id-number "$li" --place airport || true)
is "null null" "$(jq -r '"\(.name_end) \(.id_number_end)"' <<<"$typed")" "a typed ID number is answered with the verdict alone, there too"
H --now $T gate check "$(code "$li")" --place airport >"$FOLDER/said"
holds "and it is said in words" grep -q "^name ends in 雷, ID number in ${li:14}$" "$FOLDER/said"

serve
trap 'kill "$SERVER" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT
answers 201 "the guard signs in" POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
guard=$(bearer "$(jq -r .token <<<"$BODY")")
answers 200 "the guards' page learns which places need a name" GET /v1/places '' -H "$guard"
json_holds "the airport alone" '[.items[] | select(.holder) | .place] == ["airport"]' "$BODY"
check() { ask POST /v1/checks "$(jq -cn --arg code "$1" --arg place "$2" "${3:-{\}} + {code: \$code, place: \$place}")" -H "$guard" "${@:4}"; }
fresh() { H code issue "$li" --pack hangzhou-2020; }
check "$(H code issue "$anna" --pack hangzhou-2020)" market
is "201 null" "$STATUS $(jq -c .holder <<<"$BODY")" "at the market the service tells no name"
once=$(fresh)
check "$once" airport '{}' -H 'Idempotency-Key: once-and-for-all'
is "201 {\"name_end\":\"雷\",\"id_number_end\":\"${li:14}\"}" "$STATUS $(jq -c .holder <<<"$BODY")" "at the airport it does"
looks() { H --json person show "$1" | jq '[.accesses[] | select(.purpose | startswith("name-at-a-gate"))] | length'; }
is "3 0" "$(looks "$li") $(looks "$case")" "each look is in the log of whose name it was, and no other"
is "guard: name-at-a-gate: 萧山机场" "$(H --json person show "$li" | jq -r '[.accesses[] | "\(.by): \(.purpose)"] | map(select(startswith("guard")))[0]')" "who saw it, and where"
check "$once" airport '{}' -H 'Idempotency-Key: once-and-for-all'
json_holds "asked again it answers the same" '.holder.name_end == "雷"' "$BODY"
now=$(jq -r .at <<<"$BODY")
check "$(fresh)" airport "{\"offline\":{\"at\":\"$now\",\"verdict\":\"pass\",\"cause\":null}}"
is "201 null" "$STATUS $(jq -c .holder <<<"$BODY")" "of a check that was made without a network nothing is told afterwards"
is 3 "$(looks "$li")" "nor is there a look to log, nor of what was asked again"

# Who is asked about, or comes for care, has a name too, but a copy of their code has none.
printf 'place,kind,name,division\neast,clinic,东诊所,330102\nwest,clinic,西诊所,330102\n' >"$FOLDER/clinics.csv"
exits 0 "two clinics" H import places "$FOLDER/clinics.csv"
red=$(H code issue "$case" --pack hangzhou-2020)
check "$red" east
is "201 ask red {\"name_end\":\"老\",\"id_number_end\":\"${case:14}\"}" "$STATUS $(jq -r '"\(.verdict) \(.cause) \(.holder | tojson)"' <<<"$BODY")" "at a clinic who is let in whatever the colour has a name"
check "$red" west
is "201 ask red null" "$STATUS $(jq -r '"\(.verdict) \(.cause) \(.holder | tojson)"' <<<"$BODY")" "the same code at the next has none: it may be a copy"
is 1 "$(looks "$case")" "and is no look"
red=$(H code issue "$second" --pack hangzhou-2020)
check "$red" airport
is "201 refuse red null" "$STATUS $(jq -r '"\(.verdict) \(.cause) \(.holder | tojson)"' <<<"$BODY")" "and of one that was refused at the airport"
check "$red" east
is "201 ask red null" "$STATUS $(jq -r '"\(.verdict) \(.cause) \(.holder | tojson)"' <<<"$BODY")" "a copy has none either"

# Whoever's it is reads it on their phone.
patiently POST /v1/sessions/codes "{\"phone\":\"13800000001\",\"id_number\":\"$li\"}"
for _ in $(seq 100); do
	secret=$(jq -rs 'map(select(.kind == "sign-in-code")) | last.text // "" | capture("(?<code>[0-9]{6})").code' "$STORE/outbox.jsonl" 2>/dev/null || true)
	[ -z "$secret" ] || break
	sleep 0.1
done
patiently POST /v1/sessions "{\"phone\":\"13800000001\",\"id_number\":\"$li\",\"code\":\"$secret\",\"transport\":\"token\"}"
mine=$(bearer "$(jq -r .token <<<"$BODY")")
exits 0 "the clinic" H user add clinic --role clinician
ask POST /v1/sessions "{\"user\":\"clinic\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
answers 200 "confirms the phone" POST /v1/vouchers "{\"phone\":\"13800000001\",\"id_number\":\"$li\",\"means\":\"id_card\"}" -H "$(bearer "$(jq -r .token <<<"$BODY")")"
answers 200 "who looked" GET /v1/me/accesses '' -H "$mine"
json_holds "is the guard, at the airport" '[.items[] | select(.by == "guard") | .purpose] == ["name-at-a-gate: 萧山机场"]' "$BODY"
