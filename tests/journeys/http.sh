# A resident, a clinic, a guard and people who should not be there, over HTTP against the real server.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
export HEALTHCODE_PASSWORD='three plain words'
FENG=$(id_number 420802 19880612 002)
FATHER=$(id_number 420802 19581103 001)
STRANGER=$(id_number 330106 19900101 008)
NOBODY=$(id_number 330106 19910101 006)
EARLY=$(id_number 330106 19920101 007)
FENG_PHONE=13800000001 STRANGER_PHONE=13800000002 OTHER_PHONE=13800000003

"$HEALTHCODE" --data "$STORE" init --pack "$SOURCE"/packs/{hangzhou,hubei,ningbo,national,travel-card}-2020 \
	--clock 2020-03-24T08:00:00+08:00 >/dev/null 2>&1
"$HEALTHCODE" --data "$STORE" user add guard --role gate >/dev/null
"$HEALTHCODE" --data "$STORE" user add clinic --role clinician >/dev/null
"$HEALTHCODE" --data "$STORE" user add mobile --role carrier >/dev/null
"$HEALTHCODE" --data "$STORE" user add chief --role supervisor >/dev/null
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
station,venue,杭州东站,330104,CN
market,venue,文三市场,330106,CN
clinic-1,clinic,文三诊所,330106,CN
home-1,household,家,330106,CN
CSV
"$HEALTHCODE" --data "$STORE" import places "$FOLDER/places.csv" >/dev/null

trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2

application() { # ID PHONE NAME [MORE]
	jq -cn --arg id "$1" --arg phone "$2" --arg name "$3" --argjson more "${4:-{\}}" '{id_number: $id, name: $name, phone: $phone,
		jurisdiction: "hangzhou-2020", division: "330106", address: "文三路1号", symptoms: [], contact: false, travel: [],
		promise: true} + $more'
}
one_time_code() { # the last one sent
	jq -rs 'map(select(.kind == "sign-in-code")) | last.text | capture("(?<code>[0-9]{6})").code' "$STORE/outbox.jsonl"
}
notices() { jq -r "select(.kind == \"$1\").to" "$STORE/outbox.jsonl"; }

# The service.
answers 200 "the service says what a page needs" GET /v1/service
json_holds "it is a demo with a clock of its own" '.demo and (.now | startswith("2020-03-24T08:0")) and .code_lifetime_s == 60' "$BODY"
answers 200 "the process answers" GET /healthz
is ok "$BODY" "with ok"
answers 200 "the store answers" GET /readyz
answers 200 "HEAD is answered" HEAD /v1/service
is "application/json " "$(header Content-Type) $BODY" "as GET, without a body"
is no-store "$(header Cache-Control)" "answers are not kept"
is nosniff "$(header X-Content-Type-Options)" "and not guessed at"
answers 200 "the jurisdictions are named" GET /v1/jurisdictions
json_holds "with what their gates do" '.items | any(.jurisdiction == "hangzhou-2020" and .gate.verdicts.green == "pass" and .gate.fever_tenths_c == 373)' "$BODY"
etag=$(header ETag)
answers 304 "who has them gets 304" GET /v1/jurisdictions '' -H "If-None-Match: $etag"
answers 200 "the provinces are listed" GET /v1/divisions
answers 200 "and a province's parts" GET '/v1/divisions?parent=330000'
answers 304 "who has them gets 304" GET '/v1/divisions?parent=330000' '' -H "If-None-Match: $(header ETag)"
is_problem 404 not-found "a division that is none is not found" GET '/v1/divisions?parent=999999'
answers 200 "the trust list is there" GET /v1/trust
is application/cose "$(header Content-Type)" "as COSE"
etag=$(header ETag)
cp "$FOLDER/body" "$FOLDER/trust"
answers 304 "who has the trust list gets 304" GET /v1/trust '' -H "If-None-Match: W/\"x\", $etag"

# Apply, sign in.
answers 202 "she applies" POST /v1/applications "$(application "$FENG" "$FENG_PHONE" 冯丽)"
first=$BODY
answers 202 "once more changes nothing" POST /v1/applications "$(application "$FENG" "$FENG_PHONE" 冯丽)"
is "$first" "$BODY" "and is answered the same"
answers 202 "a one-time code is sent" POST /v1/sessions/codes "{\"phone\":\"+86 138-0000-0001\",\"id_number\":\"${FENG,,}\"}"
known=$(grep -vi '^date:' "$FOLDER/head"; cat "$FOLDER/body")
code=$(one_time_code)
wrong=$(printf %06d $(((10#$code + 1) % 1000000)))
sign_in() { jq -cn --arg phone "$1" --arg id "$2" --arg code "$3" --arg transport "${4:-cookie}" '{phone: $phone, id_number: $id, code: $code, transport: $transport}'; }
is_problem 401 sign-in-failed "a wrong code is no sign-in" POST /v1/sessions "$(sign_in $FENG_PHONE "$FENG" "$wrong")"
answers 201 "the right one is" POST /v1/sessions "$(sign_in $FENG_PHONE "$FENG" "$code")"
cookie=$(header Set-Cookie)
holds "by a cookie that stays in this browser and this site" grep -qE '^__Host-session=[0-9a-f]{64}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=[0-9]+$' <<<"$cookie"
json_holds "and no secret in the body" '.role == "resident" and (has("token") | not)' "$BODY"
cookie="Cookie: ${cookie%%;*}"
is_problem 401 sign-in-failed "a code is good once" POST /v1/sessions "$(sign_in $FENG_PHONE "$FENG" "$code")"
answers 200 "the cookie is her session" GET /v1/sessions/current '' -H "$cookie"
is_problem 401 sign-in-needed "a made-up token is nobody's" GET /v1/me '' -H "$(bearer "$(printf '%064d' 0)")"
is_problem 401 sign-in-needed "nor is a made-up cookie" GET /v1/me '' -H "Cookie: __Host-session=$(printf '%064d' 0)"

# Before a voucher.
is_problem 409 awaiting-voucher "before a voucher there is no code" GET /v1/me/code '' -H "$cookie"
is_problem 409 awaiting-voucher "no reasons" GET /v1/me/reasons '' -H "$cookie"
is_problem 409 awaiting-voucher "no travel card" GET /v1/me/travel-card '' -H "$cookie"
is_problem 409 awaiting-voucher "no check-in" POST /v1/me/checkins '{"temperature_c":36.5,"symptoms":[],"contact":false}' -H "$cookie"
answers 200 "who she is shows that it is awaited" GET /v1/me '' -H "$cookie"
json_holds "and nothing that the registry knows" '.people[0] | .person == "self" and .voucher == "awaiting" and .name == "" and .id_number == "" and .jurisdictions == []' "$BODY"

# Knowing an ID number tells nothing.
answers 202 "another phone applies with her number, sick and from Wuhan" POST /v1/applications "$(application "$FENG" "$OTHER_PHONE" 冯丽 \
	'{"contact":true,"symptoms":["fever"],"travel":[{"country":"CN","division":"420100","from":"2020-03-20","to":"2020-03-23"}]}')"
is "$first" "$BODY" "and is answered as everybody is"
answers 202 "somebody asks for a code with a number that nobody has" POST /v1/sessions/codes "{\"phone\":\"13800000009\",\"id_number\":\"$NOBODY\"}"
is "$known" "$(grep -vi '^date:' "$FOLDER/head"; cat "$FOLDER/body")" "in the same bytes as for one who applied"
is 1 "$(notices claim-contested | wc -l)" "she is told that another phone applied"
is 3 "$(notices claim-received | wc -l)" "and the other that it awaits a voucher"
answers 202 "the other phone asks for its code" POST /v1/sessions/codes "{\"phone\":\"$OTHER_PHONE\",\"id_number\":\"$FENG\"}"
answers 201 "and signs in" POST /v1/sessions "$(sign_in $OTHER_PHONE "$FENG" "$(one_time_code)" token)"
other=$(bearer "$(jq -r .token <<<"$BODY")")
is "" "$(header Set-Cookie)" "with a token and no cookie"
is_problem 409 awaiting-voucher "it has no code" GET /v1/me/code '' -H "$other"
answers 200 "and learns nothing" GET /v1/me '' -H "$other"
json_holds "not even that somebody else applied" '.people[0] | .voucher == "awaiting" and .jurisdictions == []' "$BODY"

# Staff confirm.
voucher() { jq -cn --arg id "$1" --arg phone "$2" --arg means "$3" '{id_number: $id, phone: $phone, means: $means}'; }
is_problem 401 sign-in-failed "a wrong password is no sign-in" POST /v1/sessions '{"user":"clinic","password":"wrong"}'
answers 201 "the clinic signs in" POST /v1/sessions "{\"user\":\"clinic\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
clinic=$(bearer "$(jq -r .token <<<"$BODY")")
is_problem 401 sign-in-needed "nobody vouches unseen" POST /v1/vouchers "$(voucher "$FENG" $FENG_PHONE id_card)"
is_problem 403 forbidden "nor does a resident" POST /v1/vouchers "$(voucher "$FENG" $FENG_PHONE id_card)" -H "$cookie"
is_problem 403 forbidden "nor the clinic for a carrier" POST /v1/vouchers "$(voucher "$FENG" $FENG_PHONE carrier)" -H "$clinic"
answers 200 "a phone that did not apply is not confirmed" POST /v1/vouchers "$(voucher "$FENG" 13800000008 id_card)" -H "$clinic"
is '{"confirmed":false}' "$BODY" "and nothing else is said"
answers 200 "the clinic saw her ID card" POST /v1/vouchers "$(voucher "$FENG" $FENG_PHONE id_card)" -H "$clinic"
is '{"confirmed":true}' "$BODY" "her phone is confirmed"
is_problem 403 forbidden "the clinic has no code" GET /v1/me/code '' -H "$clinic"

# Her code.
answers 200 "she is shown as herself" GET /v1/me '' -H "$cookie"
json_holds "masked" '.people[0] | .voucher == "confirmed" and .name == "冯*" and (.id_number | endswith("'"${FENG: -4}"'")) and (.id_number | startswith("420802") | not) and .jurisdictions[0].jurisdiction == "hangzhou-2020"' "$BODY"
answers 200 "she has a code" GET '/v1/me/code?slots=3' '' -H "$cookie"
json_holds "green: what the other phone said has no effect" '.colour == "green"' "$BODY"
json_holds "good for a minute, with three to follow it without a gap" \
	'.code[:4] == "HC1:" and (.slots | length == 3) and .slots[0].issued_at == .expires_at and .slots[1].issued_at == .slots[0].expires_at and .slots[2].issued_at == .slots[1].expires_at' "$BODY"
her_code=$(jq -r .code <<<"$BODY") now=$(jq -r .now <<<"$BODY")
exits 0 "the code is valid with the trust list that anybody reads" "$HEALTHCODE" --now "$now" code verify "$her_code" --trust "$FOLDER/trust"
exits 1 "the next one is not yet" "$HEALTHCODE" --now "$now" code verify "$(jq -r '.slots[0].code' <<<"$BODY")" --trust "$FOLDER/trust"
is_problem 400 bad-request "slots is a number up to 120, two hours" GET '/v1/me/code?slots=121' '' -H "$cookie"
is_problem 404 not-found "she has not applied in Hubei" GET '/v1/me/code?jurisdiction=hubei-2020' '' -H "$cookie"
is_problem 404 not-found "and acts for nobody else" GET '/v1/me/code?person=0123456789abcdef' '' -H "$cookie"
answers 200 "her colour has reasons" GET /v1/me/reasons '' -H "$cookie"
json_holds "and a policy" '.colour == "green" and (.policy | test("^[0-9a-f]{64}$")) and .jurisdiction == "hangzhou-2020"' "$BODY"
answers 201 "she checks in" POST /v1/me/checkins '{"person":"self","temperature_c":36.54,"symptoms":[],"contact":false}' -H "$cookie"
answers 200 "she has a travel card" GET /v1/me/travel-card '' -H "$cookie"
exits 0 "the order of 24 March is read" "$HEALTHCODE" --data "$STORE" import orders "$SOURCE/packs/hubei-2020/orders/2020-03-24.csv"
answers 200 "she asks what awaits her on the way to Hangzhou" GET '/v1/me/journey?from=420802&to=%E6%9D%AD%E5%B7%9E&date=2020-03-25' '' -H "$cookie"
json_holds "she may leave by the order, and her green passes there" '.leave.permitted and (.leave.orders | length == 1) and .enter.permitted == null and
	.to.division == "330100" and .code.jurisdiction == "hangzhou-2020" and (.colours | length == 1 and all(.colour == "green" and .verdict == "pass")) and .prevented == false' "$BODY"
answers 200 "a day earlier" GET '/v1/me/journey?from=420802&to=330100&date=2020-03-24' '' -H "$cookie"
json_holds "she may not" '.leave.permitted == false and .leave.from == "2020-03-25T00:00:00+08:00" and .prevented' "$BODY"
is_problem 400 bad-request "a place that is none" GET '/v1/me/journey?from=999999&to=330100&date=2020-03-24' '' -H "$cookie"
is_problem 400 bad-request "no day" GET '/v1/me/journey?from=420802&to=330100' '' -H "$cookie"
is_problem 404 not-found "for nobody else" GET '/v1/me/journey?from=420802&to=330100&date=2020-03-25&person=0123456789abcdef' '' -H "$cookie"
"$HEALTHCODE" --data "$STORE" person show "$FENG" >/dev/null
answers 200 "she sees who opened her data" GET '/v1/me/accesses?limit=1' '' -H "$cookie"
json_holds "a page at a time" '(.items | length) == 1 and .next == "1"' "$BODY"
answers 200 "to the end" GET '/v1/me/accesses?cursor=1' '' -H "$cookie"
json_holds "the clinic too, and what for" '.next == null and (.items | any(.by == "clinic" and .role == "clinician" and .purpose == "voucher"))' "$BODY"
answers 200 "all of them" GET /v1/me/accesses '' -H "$cookie"
json_holds "others' looks alone: not each of her own" '(.items | length) == 2 and all(.items[]; .by != "self")' "$BODY"
is_problem 400 bad-request "a page has at most 200" GET '/v1/me/accesses?limit=201' '' -H "$cookie"

# Her father.
dependant() { application "$FATHER" x 冯建国 '{"relation":"parent"}' | jq -c 'del(.phone) + '"${1:-{\}}"; }
answers 202 "she applies for her father" POST /v1/me/dependants "$(dependant)" -H "$cookie"
answers 200 "he is in her list" GET /v1/me '' -H "$cookie"
father=$(jq -r '.people[1].person' <<<"$BODY")
json_holds "awaiting a voucher of his own" '.people[1].voucher == "awaiting" and .dependants_left == 4' "$BODY"
is_problem 409 awaiting-voucher "he has no code yet" GET "/v1/me/code?person=$father" '' -H "$cookie"
answers 200 "his ID card is seen" POST /v1/vouchers "$(voucher "$FATHER" $FENG_PHONE id_card)" -H "$clinic"
answers 200 "then he has" GET "/v1/me/code?person=$father" '' -H "$cookie"
answers 200 "and is called her parent" GET /v1/me '' -H "$cookie"
is parent "$(jq -r '.people[1].relation' <<<"$BODY")" "for her alone"
is_problem 404 not-found "the other phone cannot name him" GET "/v1/me/code?person=$father" '' -H "$other"

# The guard.
answers 201 "the guard signs in" POST /v1/sessions "{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
guard=$(bearer "$(jq -r .token <<<"$BODY")")
answers 200 "the places have no homes among them" GET '/v1/places?limit=1' '' -H "$guard"
json_holds "and come a page at a time" '(.items | length) == 1 and .next == "1"' "$BODY"
answers 200 "they are searched" GET "/v1/places?search=$(jq -rn '"东站" | @uri')" '' -H "$guard"
json_holds "by a part of the name" '.items == [{"place":"station","name":"杭州东站","jurisdiction":"hangzhou-2020","care":false,"card":false,"holder":false}]' "$BODY"
answers 200 "a clinic" GET "/v1/places?search=clinic-1" '' -H "$guard"
json_holds "refuses nobody, and its guard knows" '.items[0].care' "$BODY"
is_problem 403 forbidden "residents check nobody" POST /v1/checks '{}' -H "$cookie"
check() { jq -cn --arg code "$1" --argjson more "${2:-{\}}" '{code: $code, place: "station"} + $more'; }
fresh() { ask GET "/v1/me/code?person=${1:-self}" '' -H "$cookie"; jq -r .code <<<"$BODY"; }
her_code=$(fresh)
answers 201 "her code is checked" POST /v1/checks "$(check "$her_code" '{"temperature_c":36.4}')" -H "$guard"
json_holds "pass" '.verdict == "pass" and .cause == null and .colour == "green" and (.act.zh and .act.en) and (.receipt | test("^[0-9a-z]{26}$"))' "$BODY"
if grep -qE "$FENG|冯|4208" <<<"$BODY"; then fail "the guard sees who she is: $BODY"; fi
ok "and who she is stays unsaid"
receipt=$(jq -r .receipt <<<"$BODY")
is null "$(jq -c .end <<<"$BODY")" "a pass needs no end"
"$HEALTHCODE" --data "$STORE" trust export >"$FOLDER/trust"
signed=$(jq -r .signed_receipt <<<"$BODY")
exits 0 "its receipt is signed, for both sides" "$HEALTHCODE" --json gate receipt "$signed" --trust "$FOLDER/trust"
json_holds "and says number, place and verdict" \
	'.valid and .receipt == "'"$receipt"'" and .place == "station" and .verdict == "pass" and .cause == null' "$(cat "$FOLDER/out")"
exits 3 "a code is no receipt" "$HEALTHCODE" gate receipt "$her_code" --trust "$FOLDER/trust"
answers 201 "something that is no code" POST /v1/checks "$(check 'https://example.org/')" -H "$guard"
json_holds "is refused as malformed" '.verdict == "refuse" and .cause == "malformed" and .colour == null' "$BODY"
tampered=${her_code%??}$([ "${her_code: -2}" = 00 ] && echo 11 || echo 00)
answers 201 "a code with another end" POST /v1/checks "$(check "$tampered")" -H "$guard"
json_holds "is refused" '.verdict == "refuse" and (.cause == "malformed" or .cause == "wrong_signature")' "$BODY"
ask GET '/v1/me/code?slots=1' '' -H "$cookie"
answers 201 "a code ahead of its time" POST /v1/checks "$(check "$(jq -r '.slots[0].code' <<<"$BODY")")" -H "$guard"
json_holds "is not yet valid" '.verdict == "refuse" and .cause == "not_yet_valid"' "$BODY"
"$HEALTHCODE" --data "$STORE" --now 2020-03-24T07:00:00+08:00 code issue "$FATHER" --pack hangzhou-2020 >"$FOLDER/old" 2>/dev/null ||
	"$HEALTHCODE" --data "$STORE" code issue "$FATHER" --pack hangzhou-2020 >"$FOLDER/old"
is_problem 404 not-found "a place that is none" POST /v1/checks "$(check "$her_code" '{"place":"nowhere"}')" -H "$guard"
is_problem 422 invalid "a temperature that nobody has" POST /v1/checks "$(check "$her_code" '{"temperature_c":60}')" -H "$guard"
is /temperature_c "$(jq -r '.errors[0].pointer' <<<"$BODY")" "is named"

# A fever is evidence.
answers 201 "her father has a fever at the gate" POST /v1/checks "$(check "$(fresh "$father")" '{"temperature_c":38.2}')" -H "$guard"
json_holds "ask, and measure again within ten minutes" '.verdict == "ask" and .cause == "fever" and .end.do == "measure_again" and
	(.end.by[:19] + "Z" | fromdate) - (.at[:19] + "Z" | fromdate) == 600' "$BODY"
fever=$(jq -r .receipt <<<"$BODY")
ask GET "/v1/me/reasons?person=$father" '' -H "$cookie"
json_holds "his colour changes, and says why" '.colour != "green" and (.rules | any(.evidence | any(.temperature_tenths_c == 382)))' "$BODY"
his=$(jq -r .colour <<<"$BODY")
answers 201 "his next code" POST /v1/checks "$(check "$(fresh "$father")" '{"temperature_c":36.4}')" -H "$guard"
json_holds "is no pass, for its colour" '.verdict != "pass" and .cause == "'"$his"'" and .colour == "'"$his"'"' "$BODY"

# A refusal.
answers 201 "the guard says why he was not let in" POST "/v1/checks/$fever/refusals" '{"cause":"fever"}' -H "$guard"
refused=$BODY
answers 201 "the same again" POST "/v1/checks/$fever/refusals" '{"cause":"fever"}' -H "$guard"
is "$refused" "$BODY" "changes nothing"
is_problem 409 refused-already "another cause is too late" POST "/v1/checks/$fever/refusals" '{"cause":"place_full"}' -H "$guard"
is_problem 422 invalid "where somebody comes from is no cause" POST "/v1/checks/$receipt/refusals" '{"cause":"from_hubei"}' -H "$guard"
answers 201 "a guard was told to stop somebody whom the gate lets pass" POST "/v1/checks/$receipt/refusals" '{"cause":"told_by_superior"}' -H "$guard"
json_holds "it is no cause: the person is let in" '.let_in == true' "$BODY"
is_problem 403 forbidden "a guard does not read what guards did" GET /v1/refusals '' -H "$guard"
answers 201 "their supervisor signs in" POST /v1/sessions "{\"user\":\"chief\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
chief=$(bearer "$(jq -r .token <<<"$BODY")")
answers 200 "and reads it" GET '/v1/refusals?since=2020-03-24T00:00:00%2B08:00' '' -H "$chief"
json_holds "by place, guard, verdict and cause" '.items | any(.verdict == "pass" and .cause == "told_by_superior" and .by == "guard" and .count == 1 and .checks >= 1)' "$BODY"
exits 0 "the ledger is shown" "$HEALTHCODE" --data "$STORE" ledger show
holds "and has it" grep -q 'gate\.superior' "$FOLDER/out"
exits 0 "who answers for the gates counts" "$HEALTHCODE" --data "$STORE" --json gate refusals
is "fever 1 told_by_superior 1" "$(jq -rs 'map("\(.cause) \(.count)") | sort | join(" ")' "$FOLDER/out")" "each refusal by its cause"
is_problem 404 not-found "a receipt that is none" POST "/v1/checks/$(printf '%026d' 0)/refusals" '{"cause":"fever"}' -H "$guard"
is_problem 404 not-found "a receipt of another form" POST '/v1/checks/%2e%2e%2fme/refusals' '{"cause":"fever"}' -H "$guard"

# A pass is forgotten.
cat >"$FOLDER/early.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$EARLY,早先生,13800000009,330106,2020-03-01T12:00:00+08:00,hangzhou-2020
CSV
exits 0 "somebody applied weeks ago" "$HEALTHCODE" --data "$STORE" import residents "$FOLDER/early.csv"
early() { "$HEALTHCODE" --data "$STORE" --now 2020-03-24T06:00:00+08:00 --json "$@"; }
passed=$(early gate check "$(early code issue "$EARLY" --pack hangzhou-2020 | jq -r .code)" --place station)
is pass "$(jq -r .verdict <<<"$passed")" "and passed the station two hours ago"
passed=$(jq -r .receipt <<<"$passed")
answers 201 "after the next check" POST /v1/checks "$(check 'https://example.org/')" -H "$guard"
is_problem 410 forgotten "a guard is told why that pass cannot be refused any more" POST "/v1/checks/$passed/refusals" '{"cause":"fever"}' -H "$guard"
is_problem 410 forgotten "and whoever complains" POST /v1/me/complaints "{\"receipt\":\"$passed\",\"text\":\"?\"}" -H "$cookie"

# A complaint.
complaint() { jq -cn --arg receipt "$1" --arg person "${2:-self}" '{person: $person, receipt: $receipt, text: "码是绿的，仍被拦下"}'; }
is_problem 404 not-found "somebody else's check is none of hers" POST /v1/me/complaints "$(complaint "$fever")" -H "$cookie"
answers 201 "she complains for her father" POST /v1/me/complaints "$(complaint "$fever" "$father")" -H "$cookie"
is_problem 409 conflict "once" POST /v1/me/complaints "$(complaint "$fever" "$father")" -H "$cookie"
answers 201 "and about her own pass, of which nobody knows that it was hers" POST /v1/me/complaints "$(complaint "$receipt")" -H "$cookie"
is_problem 404 not-found "a receipt that is none is not complained of" POST /v1/me/complaints "$(complaint "$(printf '%026d' 0)")" -H "$cookie"
is_problem 422 invalid "nor is half a receipt" POST /v1/me/complaints "$(complaint 123)" -H "$cookie"
is_problem 403 forbidden "a guard does not read complaints" GET /v1/complaints '' -H "$guard"
answers 200 "who answers for the gates reads them" GET '/v1/complaints?since=2020-03-24T00:00:00%2B08:00' '' -H "$chief"
json_holds "each with its check and what the guard said" '(.items | length) == 2 and (.items | any(.receipt == "'"$fever"'" and .cause == "fever" and .refusals == ["fever"]
	and .text == "码是绿的，仍被拦下" and .place == "station" and .by == "guard"))' "$BODY"
if grep -qE "$FENG|$FATHER|13900000001" <<<"$BODY"; then fail "a complaint names somebody: $BODY"; fi
ok "and without a name"
is_problem 400 bad-request "since what" GET /v1/complaints?since=yesterday '' -H "$chief"

# Without a network.
ask GET /v1/me/code '' -H "$cookie"
her_code=$(jq -r .code <<<"$BODY") offline=$(jq -c '{offline: {at: .now, verdict: "pass", cause: null}}' <<<"$BODY")
answers 201 "a check without a network is delivered" POST /v1/checks "$(check "$her_code" "$offline")" -H "$guard" -H 'Idempotency-Key: offline-check-1'
delivered=$BODY
json_holds "with the verdict that was given" '.verdict == "pass" and .at == "'"$(jq -r .offline.at <<<"$offline")"'"' "$BODY"
answers 201 "once more" POST /v1/checks "$(check "$her_code" "$offline")" -H "$guard" -H 'Idempotency-Key: offline-check-1'
is "$delivered" "$BODY" "it is the same receipt"
sqlite3 "$STORE/registry.db" 'DELETE FROM http_idempotency' # as where the service was killed before it kept its answer
answers 201 "though the answer was not kept" POST /v1/checks "$(check "$her_code" "$offline")" -H "$guard" -H 'Idempotency-Key: offline-check-1'
is "$(jq -c '[.receipt, .at, .verdict]' <<<"$delivered")" "$(jq -c '[.receipt, .at, .verdict]' <<<"$BODY")" "it is the same check"
answers 201 "under another name" POST /v1/checks "$(check "$her_code" "$offline")" -H "$guard" -H 'Idempotency-Key: offline-check-2'
holds "it is another" test "$(jq -r .receipt <<<"$delivered")" != "$(jq -r .receipt <<<"$BODY")"
is_problem 422 invalid "after more than a day it is too late" POST /v1/checks \
	"$(check "$her_code" '{"offline":{"at":"2020-03-22T08:00:00+08:00","verdict":"pass","cause":null}}')" -H "$guard"

# Writes once.
checkin='{"temperature_c":36.6,"symptoms":[],"contact":false}'
answers 201 "a check-in with a key" POST /v1/me/checkins "$checkin" -H "$cookie" -H 'Idempotency-Key: morning-24-march'
kept=$BODY
sleep 1.1
answers 201 "sent again" POST /v1/me/checkins "$checkin" -H "$cookie" -H 'Idempotency-Key: morning-24-march'
is "$kept" "$BODY" "gets the first answer"
is_problem 422 idempotency-key-reused "the same key for something else does not" POST /v1/me/checkins "${checkin/36.6/36.7}" -H "$cookie" -H 'Idempotency-Key: morning-24-march'
is_problem 400 bad-request "a key is 8 to 64 characters" POST /v1/me/checkins "$checkin" -H "$cookie" -H 'Idempotency-Key: x'
answers 202 "another caller's same key is another key" POST /v1/applications "$(application "$STRANGER" $STRANGER_PHONE 张伟)" -H 'Idempotency-Key: morning-24-march'
if grep -a -qE "$FENG|冯丽|$FENG_PHONE" "$STORE"/registry.db*; then fail "the store holds personal data in clear"; fi
ok "and nothing of it is kept in clear"

# Problems.
is_problem 404 not-found "what is not there" GET /v1/nothing
is_problem 405 method-not-allowed "another method" PUT /v1/sessions/current
is "GET, DELETE" "$(header Allow)" "and which are allowed"
is_problem 415 unsupported-media-type "a form" POST /v1/applications '' --data a=b
is_problem 400 bad-request "half a body" POST /v1/applications '{"id_number":'
is_problem 400 bad-request "a doubled member" POST /v1/applications '{"name":"a","name":"b"}'
is_problem 400 bad-request "a list" POST /v1/applications '[]'
is_problem 422 invalid "an unknown member" POST /v1/applications "$(application "$FENG" $FENG_PHONE 冯丽 '{"colour/":"green"}')"
is /colour~1 "$(jq -r '.errors[0].pointer' <<<"$BODY")" "with its place"
is_problem 422 invalid "much that does not hold" POST /v1/applications \
	"$(application 11010519491231002Y 12 '' '{"symptoms":["ennui"],"travel":[{"country":"CN","from":"2020-03-20","to":"2020-03-19","by":"train"}],"promise":false}')"
json_holds "with every place" '[.errors[].pointer] | contains(["/id_number", "/phone", "/name", "/symptoms/0", "/travel/0", "/travel/0/by", "/promise"])' "$BODY"
cp -r "$SOURCE/packs/ningbo-2020" "$FOLDER/n"
is_problem 422 invalid "a folder with rules on this machine is no jurisdiction" POST /v1/applications "$(application "$FENG" "$FENG_PHONE" 冯丽 "{\"jurisdiction\":\"$FOLDER/n\"}")"
is '["/jurisdiction"]' "$(jq -c '[.errors[].pointer]' <<<"$BODY")" "and is not looked at"
head -c 20000 /dev/zero | tr '\0' a >"$FOLDER/large"
is_problem 413 too-large "more than 16 KiB" POST /v1/applications "@$FOLDER/large"
head -c 2000000 /dev/zero >"$FOLDER/huge"
if curl -sS -H 'Content-Type: application/json' --data-binary "@$FOLDER/huge" "$ADDRESS/v1/applications" >/dev/null 2>&1; then fail "megabytes are read to their end"; fi
ok "megabytes are cut off"
is_problem 403 forbidden "another site's page cannot write with her cookie" POST /v1/me/checkins "$checkin" -H "$cookie" -H 'Origin: https://evil.example'
is_problem 403 forbidden "nor sign her out" DELETE /v1/sessions/current '' -H "$cookie" -H 'Origin: https://evil.example'
answers 201 "this site's page can" POST /v1/me/checkins "$checkin" -H "$cookie" -H "Origin: $ADDRESS"
is_problem 404 not-found "a path out of the pages" GET /../../etc/passwd '' --path-as-is

# What is remembered of a code is never an old one: another process's commit counts at the very next request, on every thread.
for _ in $(seq 20); do ask GET /v1/me/code '' -H "$cookie"; done
json_holds "asked for often, her code is green" '.colour == "green"' "$BODY"
cat >"$FOLDER/case.csv" <<CSV
case,id_number,status,confirmed_at
HTTP-1,$FENG,confirmed,2020-03-24T07:30:00+08:00
CSV
"$HEALTHCODE" --data "$STORE" import cases "$FOLDER/case.csv" >/dev/null
import=$("$HEALTHCODE" --data "$STORE" --json import list | jq -s '[.[] | select(.kind == "cases")] | last | .import')
seq 20 | xargs -P 8 -I{} curl -sS -H "$cookie" "$ADDRESS/v1/me/code" -o "$FOLDER/after-{}"
is "red" "$(jq -r .colour "$FOLDER"/after-* | sort -u)" "once she is a case it is red for whoever asks next"
exits 0 "the case was a mistake" "$HEALTHCODE" --data "$STORE" import undo "$import"
seq 20 | xargs -P 8 -I{} curl -sS -H "$cookie" "$ADDRESS/v1/me/code" -o "$FOLDER/after-{}"
is "green" "$(jq -r .colour "$FOLDER"/after-* | sort -u)" "and green again at once"

# Many at once.
seq 200 | xargs -P 16 -I{} curl -sS -o /dev/null -w '%{http_code}\n' -H "$cookie" "$ADDRESS/v1/me/code" | sort | uniq -c >"$FOLDER/many"
is "200 200" "$(awk '{ print $1, $2 }' "$FOLDER/many")" "200 requests by 16 at once are answered"
seq 16 | xargs -P 16 -I{} curl -sS -H 'Content-Type: application/json' -H "$cookie" -H 'Idempotency-Key: all-at-once' \
	-o "$FOLDER/once-{}" --data-binary "$checkin" "$ADDRESS/v1/me/checkins"
is 1 "$(jq -r '.at // empty' "$FOLDER"/once-* | sort -u | wc -l)" "16 at once with one key are written once"

# Too many.
for _ in $(seq 200); do
	ask POST /v1/sessions '{"user":"guard","password":""}'
	[ "$STATUS" = 429 ] && break
done
is "429 /problems/too-many-requests" "$STATUS $(jq -r .type <<<"$BODY")" "guessing is slow"
holds "and told how long to wait" test "$(header Retry-After)" -ge 1
answers 200 "who is signed in there is not locked out by it" GET /v1/me/code '' -H "$cookie"

answers 200 "what was answered is counted" GET /metrics
holds "by route" grep -q '^http_requests_total{route="getCode",class="2xx"} ' "$FOLDER/body"
holds "no rules are past their validity" grep -qx 'packs_past_validity 0' "$FOLDER/body"
if grep -qE "$FENG|station" "$FOLDER/body"; then fail "the counters name somebody"; fi
ok "and names nobody"

# Sign out, stop.
answers 204 "she signs out" DELETE /v1/sessions/current '' -H "$cookie"
holds "the cookie is cleared" grep -q '^__Host-session=; .*Max-Age=0$' <<<"$(header Set-Cookie)"
is_problem 401 sign-in-needed "her session is over" GET /v1/me '' -H "$cookie"
seq 20 | xargs -P 8 -I{} curl -sS -o /dev/null -w '%{http_code}\n' -H "$cookie" "$ADDRESS/v1/me/code" >"$FOLDER/over"
is 401 "$(sort -u "$FOLDER/over")" "on every thread, whatever was remembered"
answers 204 "once more answers the same" DELETE /v1/sessions/current '' -H "$cookie"

(printf 'POST /v1/checks HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Type: application/json\r\nContent-Length: 33\r\nConnection: close\r\n\r\n{"code":"x",' "$guard"
	sleep 4
	printf '"place":"station"}   ') | timeout 20 bash -c 'exec 3<>"/dev/tcp/'"$(tr : / <<<"${ADDRESS#http://}")"'"; cat >&3; cat <&3' 2>/dev/null >"$FOLDER/under-way" &
waiting=$!
sleep 2
kill -TERM "$SERVER"
wait "$waiting" || true
code=0
wait "$SERVER" || code=$?
is 0 "$code" "SIGTERM ends the server"
holds "after it answered what was under way" grep -q '201 Created' "$FOLDER/under-way"
SERVER=
exits 0 "the ledger verifies" "$HEALTHCODE" --data "$STORE" ledger verify

# A store of travel cards alone, whose pack has no rules for gates.
STORE=$FOLDER/cards
cp -r "$SOURCE/packs/travel-card-2020" "$FOLDER/cards-only"
jq 'del(.gate)' "$SOURCE/packs/travel-card-2020/pack.json" >"$FOLDER/cards-only/pack.json"
"$HEALTHCODE" --data "$STORE" init --pack "$FOLDER/cards-only" --clock 2020-03-24T08:00:00+08:00 >/dev/null 2>&1
"$HEALTHCODE" --data "$STORE" user add guard --role gate >/dev/null
"$HEALTHCODE" --data "$STORE" import places "$FOLDER/places.csv" >/dev/null
ADDRESS=
serve --threads 2
answers 201 "a guard signs in where there are travel cards alone" POST /v1/sessions \
	"{\"user\":\"guard\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
answers 200 "its places are listed" GET /v1/places '' -H "$(bearer "$(jq -r .token <<<"$BODY")")"
json_holds "and no rule for gates makes any of them a place of care" '(.items | length) == 3 and all(.items[]; .care == false)' "$BODY"
