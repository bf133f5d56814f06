# What takes two people: a colour by hand (in Henan in June 2022 codes were turned red by hand to stop depositors from
# travelling), and rules that go live.
. "$(dirname "$0")/lib.sh"

PACK=hangzhou-2020
DEPOSITOR=$(id_number 410105 19800101 001)
OTHER=$(id_number 410105 19800102 001)
healthcode() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
# as USER COMMAND...: signed with the user's password
as() {
	local user=$1
	shift
	HEALTHCODE_TOKEN="password of $user" healthcode --as "$user" "$@"
}
colour() { healthcode --json "$@" explain "$DEPOSITOR" --pack $PACK | jq -r .colour; }

exits 0 "a store" healthcode init --pack "$SOURCE/packs/$PACK" "$SOURCE/packs/hubei-2020" --clock 2020-06-13T08:00:00+08:00
for user in zhang:supervisor zhao:administrator chen:supervisor gate:gate doctor:clinician; do
	HEALTHCODE_PASSWORD="password of ${user%:*}" healthcode user add "${user%:*}" --role "${user#*:}" >/dev/null
done
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$DEPOSITOR,储户,13800000001,410105,2020-06-01T12:00:00+08:00,$PACK
$OTHER,邻居,13800000002,410105,2020-06-01T12:00:00+08:00,$PACK
$DEPOSITOR,储户,13800000001,410105,2020-06-01T12:00:00+08:00,hubei-2020
CSV
no_cases 410100 | healthcode import areas - >/dev/null
exits 0 "two people apply" healthcode import residents "$FOLDER/residents.csv"
healthcode --now 2020-06-13T08:00:00+08:00 evaluate >/dev/null
is green "$(colour)" "by the rules the depositor is green"
elsewhere=$(healthcode --now 2020-06-13T10:00:00+08:00 --json explain "$DEPOSITOR" --pack hubei-2020)

# 13 June: two officials want depositors red.
propose() { as "${1}" --json --now 2020-06-13T09:00:00+08:00 override propose "$DEPOSITOR" --pack $PACK --colour red --cause "$2" --until "${3:-2020-06-20T00:00:00+08:00}"; }
exits 3 "no cause off the list: there is none for being a depositor" propose zhang depositor_at_a_bank
holds "the cause is named" grep -q "'depositor_at_a_bank' is none of the causes that $PACK knows" "$FOLDER/err"
exits 3 "not without an end ahead" propose zhang order_of_headquarters 2020-06-13T09:00:00+08:00
exits 3 "not for ever" propose zhang order_of_headquarters 2030-01-01T00:00:00+08:00
exits 1 "a guard may not" propose gate order_of_headquarters
exits 1 "nor a doctor" propose doctor order_of_headquarters
exits 2 "nor nobody" healthcode override propose "$DEPOSITOR" --colour red --cause order_of_headquarters --until 2020-06-20
HEALTHCODE_TOKEN="not the password" exits 1 "nor who only knows a name" healthcode --as zhang override approve 1
is 0 "$(healthcode --json override list | wc -l)" "none of these left a proposal"
exits 0 "one official proposes, by an order" propose zhang order_of_headquarters
is '{"override":1,"state":"proposed"}' "$(cat "$FOLDER/out")" "a second one is needed"
healthcode --now 2020-06-13T09:00:00+08:00 evaluate >/dev/null
is green "$(colour --now 2020-06-13T09:00:00+08:00)" "until then nothing has changed for the depositor"
exits 1 "the one who proposed cannot approve" as zhang --now 2020-06-13T09:05:00+08:00 override approve 1
holds "and is told so" grep -q "another person has to approve it" "$FOLDER/err"
is green "$(colour --now 2020-06-13T09:30:00+08:00)" "one official alone turns nobody red"

exits 0 "a second official signs too" as zhao --now 2020-06-13T10:00:00+08:00 override approve 1
explained=$(healthcode --json --now 2020-06-13T10:00:00+08:00 explain "$DEPOSITOR" --pack $PACK)
json_holds "now it is red, from that moment on" '.colour == "red" and .since == "2020-06-13T10:00:00+08:00"' "$explained"
json_holds "and the person reads that it was done by hand, why, and until when" '.rules[0].id == "override" and (.rules[0].reason.en | test("by hand because a written decision of the epidemic headquarters")) and (.rules[0].reason.zh | length > 0) and (.rules[0].evidence[0] | .cause == "order_of_headquarters" and .until == "2020-06-20T00:00:00+08:00")' "$explained"
json_holds "no official's name is told there" '. | tostring | test("zhang|zhao") | not' "$explained"
holds "a notice tells it without being asked" grep -q '"kind":"colour-by-hand".*by hand because a written decision' "$FOLDER/store/outbox.jsonl"
is "$(jq -cS 'del(.now)' <<<"$elsewhere")" "$(healthcode --now 2020-06-13T10:00:00+08:00 --json explain "$DEPOSITOR" --pack hubei-2020 | jq -cS 'del(.now)')" "in another jurisdiction it says nothing"
exits 1 "it is decided once" as chen --now 2020-06-13T10:05:00+08:00 override approve 1
healthcode --json ledger show >"$FOLDER/ledger"
entry=$(jq -c 'select(.kind == "override.approved")' "$FOLDER/ledger")
json_holds "the ledger has both names, the cause and the end" '.body | (if type == "string" then fromjson else . end) | .proposed_by == "zhang" and .approved_by == "zhao" and .act.cause == "order_of_headquarters" and .act.colour == "red" and .act.until == "2020-06-19T16:00:00+00:00" and (.proposed_signature | length == 128) and (.approved_signature | length == 128)' "$entry"
person=$(healthcode --json override list | jq -r .person)
! jq -c 'select(.kind | startswith("override"))' "$FOLDER/ledger" | grep -qE "\"$person\"|:$person[,}]|$DEPOSITOR" || fail "the ledger names the person"
ok "and not the person"
exits 0 "it is a sound ledger" healthcode ledger verify
is red "$(colour --now 2020-06-19T23:59:59+08:00)" "it holds until its last second"
is green "$(colour --now 2020-06-20T00:00:00+08:00)" "and ends by itself"
is green "$(colour --now 2020-06-13T09:59:59+08:00)" "what was before stays as it was"

exits 0 "another one is proposed" propose chen laboratory_error
exits 0 "and approved" as zhao --now 2020-06-14T10:00:00+08:00 override approve 2
exits 0 "one official is enough to end it" as zhang --now 2020-06-15T10:00:00+08:00 override revoke 2
exits 0 "the first one too" as zhang --now 2020-06-15T10:00:00+08:00 override revoke 1
is green "$(colour --now 2020-06-15T10:00:00+08:00)" "then the rules count again"
is red "$(colour --now 2020-06-15T09:59:59+08:00)" "from that moment on"
exits 1 "once" as zhang --now 2020-06-15T10:05:00+08:00 override revoke 1
is '["revoked","zhang","zhao","zhang"]' "$(healthcode --json override list | jq -c 'select(.override == 1) | [.state, .proposed_by, .approved_by, .revoked_by]')" "the list says who set it and who ended it"

# Rules go live the same way.
cp -r "$SOURCE/packs/$PACK" "$FOLDER/trial"
sed -i 's/"area_days": 14/"area_days": 7/; /"valid"/s/"to": null/"to": "2020-06-18T00:00:00+08:00"/' "$FOLDER/trial/pack.json"
policy() { healthcode --json "$@" explain "$OTHER" --pack $PACK | jq -r .policy; }
before=$(healthcode --json --now 2020-06-15T12:00:00+08:00 explain "$OTHER" --pack $PACK)
first=$(jq -r .policy <<<"$before")
activate() { as "$1" --json --now "$2" pack activate "$FOLDER/trial" --jurisdiction $PACK "${@:3}"; }
exits 1 "a doctor cannot put rules in force" activate doctor 2020-06-16T08:00:00+08:00
exits 0 "one proposes" activate zhang 2020-06-16T08:00:00+08:00
is proposed "$(jq -r .state "$FOLDER/out")" "it waits"
is "$first" "$(policy --now 2020-06-16T08:30:00+08:00)" "the rules are the old ones"
exits 1 "alone it stays a proposal" activate zhang 2020-06-16T08:40:00+08:00
is "$first" "$(policy --now 2020-06-16T08:45:00+08:00)" "and the rules the old ones"
exits 0 "a second person runs the same over the same files" activate zhao 2020-06-16T09:00:00+08:00
is approved "$(jq -r .state "$FOLDER/out")" "it is in force"
second=$(policy --now 2020-06-16T09:00:00+08:00)
[ "$second" != "$first" ] || fail "the rules are the old ones still"
ok "from then on other rules count"
rm -r "$FOLDER/trial"
is "$before" "$(healthcode --json --now 2020-06-15T12:00:00+08:00 explain "$OTHER" --pack $PACK)" "what is asked of a day before is decided by the rules of then, byte for byte"
is "$first" "$(policy --now 2020-06-16T08:59:59+08:00)" "to the second"
healthcode --json ledger show >"$FOLDER/ledger"
json_holds "the ledger has the hash and both names" '.body | (if type == "string" then fromjson else . end) | .act.policy == "'"$second"'" and .proposed_by == "zhang" and .approved_by == "zhao"' "$(jq -c 'select(.kind == "pack.activated")' "$FOLDER/ledger")"
is "$first $second" "$(healthcode --json --now 2020-06-16T09:00:00+08:00 pack list $PACK | jq -sr 'map(.policy) | join(" ")')" "both versions are there"
is "$second" "$(healthcode --json --now 2020-06-16T09:00:00+08:00 pack list $PACK | jq -r 'select(.in_force) | .policy')" "one is in force"
over() { healthcode --now "$1" pack list $PACK | grep -c 'in force, though valid only until 2020-06-18T00:00:00+08:00' || true; }
is 0 "$(over 2020-06-17T23:59:59+08:00)" "nothing is said of rules within their validity"
is 1 "$(over 2020-06-18T00:00:00+08:00)" "rules that stay in force past their validity are said to"
is "null 2020-06-18T00:00:00+08:00" "$(healthcode --json --now 2020-06-18T00:00:00+08:00 pack list $PACK | jq -sr 'map(.valid_until | tostring) | join(" ")')" "and until when each version is valid"
exits 0 "versions that are kept can be rehearsed by their hashes" healthcode --now 2020-06-16T10:00:00+08:00 pack diff "$second" "$first"
healthcode --now 2020-06-16T10:00:00+08:00 evaluate >/dev/null

# Another one, for a day to come; the way back.
cp -r "$SOURCE/packs/$PACK" "$FOLDER/trial"
exits 0 "back to the first, from the 20th on" activate chen 2020-06-17T08:00:00+08:00 --from 2020-06-20T00:00:00+08:00
exits 1 "another moment is another proposal" activate zhao 2020-06-17T09:00:00+08:00 --from 2020-06-21T00:00:00+08:00
exits 0 "approved" activate zhao 2020-06-17T09:00:00+08:00 --from 2020-06-20T00:00:00+08:00
is "$second" "$(policy --now 2020-06-19T23:59:59+08:00)" "until then the second holds"
is "$first" "$(policy --now 2020-06-20T00:00:00+08:00)" "from then on the first"
sed -i 's|"valid": {.*},|"valid": {"from": "2020-02-11T00:00:00+08:00", "to": "2020-06-01T00:00:00+08:00"},|; s/"area_days": 14/"area_days": 9/' "$FOLDER/trial/pack.json"
exits 3 "a pack whose validity is over does not go live" activate chen 2020-06-17T10:00:00+08:00
exits 0 "a sound ledger, all in all" healthcode ledger verify
