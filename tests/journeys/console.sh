# The health department at its console: line lists a page at a time, the curve, chains, who somebody is and what for, and a file
# that is what is stored.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
export HEALTHCODE_PASSWORD='three plain words'
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
people=()
for serial in 011 021 031 041 051; do people+=("$(id_number 420802 19800101 $serial)"); done
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,sampled,confirmed_at,isolated_at,infected_by
k1,${people[0]},suspected,2020-03-08,,2020-03-10T08:00:00+08:00,,
k1,${people[0]},confirmed,2020-03-08,2020-03-10T08:00:00+08:00,2020-03-11T08:00:00+08:00,2020-03-11T08:00:00+08:00,
k2,${people[1]},confirmed,2020-03-13,,2020-03-14T08:00:00+08:00,,k1
k3,${people[2]},asymptomatic,,2020-03-15,2020-03-16T08:00:00+08:00,,"a, ""b"""
k4,,suspected,2020-03-20,,2020-03-21T08:00:00+08:00,,
k5,${people[4]},confirmed,2020-03-20,,2020-03-21T08:00:00+08:00,,
k5,${people[4]},discarded,2020-03-20,,2020-03-22T08:00:00+08:00,,
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,420802,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to
${people[0]},flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00
${people[1]},flat,2020-03-09T18:00:00+08:00,2020-03-10T08:00:00+08:00
CSV
H init --pack "$SOURCE/packs/hubei-2020" --clock 2020-03-24T08:00:00+08:00 2>/dev/null
for kind in places stays cases; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
for user in tracer supervisor auditor clinician gate; do H user add "$user" --role $user >/dev/null; done

trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2
for user in tracer supervisor auditor clinician gate; do
	ask POST /v1/sessions "{\"user\":\"$user\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	declare "$user=$(bearer "$(jq -r .token <<<"$BODY")")"
done

# Who may.
for path in /v1/cases /v1/contacts /v1/curve /v1/indicators /v1/chains /v1/place-alerts; do
	is_problem 401 sign-in-needed "nobody reads $path unseen" GET $path
	is_problem 403 forbidden "a guard does not" GET $path '' -H "$gate"
	answers 200 "an auditor does" GET $path '' -H "$auditor"
done
export_all='{"list":"cases","identities":true,"purpose":"hand over"}'
is_problem 403 forbidden "an auditor opens nobody" POST /v1/identities '{"person":1,"purpose":"x"}' -H "$auditor"
is_problem 403 forbidden "nor a clinician" POST /v1/identities '{"person":1,"purpose":"x"}' -H "$clinician"
is_problem 403 forbidden "a tracer exports no names" POST /v1/exports "$export_all" -H "$tracer"

# Line lists.
answers 200 "the first page of cases" GET '/v1/cases?limit=2' '' -H "$tracer"
is "k1 k2" "$(jq -r '[.items[].case] | join(" ")' <<<"$BODY")" "has as many as were asked for"
json_holds "each as it last was, with its statuses" '.items[0] | .status == "confirmed" and (.statuses | length) == 2 and .person != null' "$BODY"
if grep -qE "${people[0]}|${people[1]}" <<<"$BODY"; then fail "a line list names people"; fi
ok "and nobody's number of identity"
answers 200 "the next" GET "/v1/cases?limit=200&cursor=$(jq -r .next <<<"$BODY")" '' -H "$tracer"
is "k3 k4 k5 null" "$(jq -r '[.items[].case, (.next | tostring)] | join(" ")' <<<"$BODY")" "goes on to the end"
answers 200 "by status" GET '/v1/cases?status=suspected' '' -H "$tracer"
is k4 "$(jq -r '.items[].case' <<<"$BODY")" "only the one that is suspected still"
answers 200 "by onset, days being the jurisdiction's" GET '/v1/cases?by=onset&from=2020-03-13&to=2020-03-14' '' -H "$tracer"
is k2 "$(jq -r '.items[].case' <<<"$BODY")" "the one of that day"
answers 200 "linked to no one" GET '/v1/cases?linked=no' '' -H "$tracer"
is "k1 k4 k5" "$(jq -r '[.items[].case] | join(" ")' <<<"$BODY")" "those that nobody is said to have infected"
answers 200 "by residence" GET '/v1/cases?division=420000' '' -H "$tracer"
for wrong in by=death from=yesterday linked=perhaps division=1 limit=0 limit=201 cursor=x; do
	is_problem 400 bad-request "$wrong is refused" GET "/v1/cases?$wrong" '' -H "$tracer"
done
answers 200 "the contacts of a case" GET '/v1/contacts?case=k1&standing=yes' '' -H "$tracer"
json_holds "those that were traced" '(.items | length) == 1 and .items[0].kind == "close" and .items[0].withdrawn_at == null' "$BODY"
met=$(jq '.items[0].person' <<<"$BODY")
is_problem 400 bad-request "a degree is a number" GET '/v1/contacts?degree=x' '' -H "$tracer"

# Views: a filter under a name, for everybody at the console.
unlinked='{"list":"cases","name":"未关联 <b>","filter":{"linked":"no","by":"reported","from":"2020-03-01"}}'
is_problem 403 forbidden "an auditor keeps no view" POST /v1/views "$unlinked" -H "$auditor"
answers 201 "a tracer does" POST /v1/views "$unlinked" -H "$tracer"
view=$(jq .view <<<"$BODY")
is_problem 409 conflict "of a list there is one of a name" POST /v1/views "$unlinked" -H "$supervisor"
answers 201 "of another list another" POST /v1/views '{"list":"contacts","name":"未关联 <b>","filter":{"case":"k1"}}' -H "$supervisor"
other=$(jq .view <<<"$BODY")
for wrong in '{"list":"people","name":"a","filter":{}}' '{"list":"cases","name":"","filter":{}}' '{"list":"cases","name":"a"}' \
	'{"list":"cases","name":"a","filter":{"kind":"close"}}' '{"list":"cases","name":"a","filter":{"linked":"perhaps"}}' \
	'{"list":"cases","name":"a","filter":{"from":"yesterday"}}' '{"list":"cases","name":"a","filter":{"limit":"5"}}' \
	"{\"list\":\"cases\",\"name\":\"$(printf '案%.0s' {1..22})\",\"filter\":{}}"; do
	is_problem 422 invalid "${wrong:0:60} is no view" POST /v1/views "$wrong" -H "$tracer"
done
answers 200 "an auditor reads them" GET /v1/views '' -H "$auditor"
is "$(jq -c .filter <<<"$unlinked" | jq -cS .)" "$(jq -cS '.items[0].filter' <<<"$BODY")" "the filter as it came"
query=$(jq -r '.items[0].filter | to_entries | map("\(.key)=\(.value | @uri)") | join("&")' <<<"$BODY")
answers 200 "it is asked as a question" GET "/v1/cases?$query" '' -H "$tracer"
is "k1 k4 k5" "$(jq -r '[.items[].case] | join(" ")' <<<"$BODY")" "and gives its list"
answers 200 "and exported" POST /v1/exports "{\"list\":\"cases\",\"filter\":$(jq -c .filter <<<"$unlinked")}" -H "$tracer"
is "k1 k1 k4 k5 k5" "$(tail -n +2 <<<"$BODY" | cut -d, -f1 | xargs)" "with the same cases"
is_problem 403 forbidden "a tracer does not delete another's" DELETE "/v1/views/$other" '' -H "$tracer"
answers 204 "but their own" DELETE "/v1/views/$view" '' -H "$tracer"
is_problem 404 not-found "once" DELETE "/v1/views/$view" '' -H "$tracer"
answers 204 "and a supervisor anybody's" DELETE "/v1/views/$other" '' -H "$supervisor"
answers 200 "then there is none" GET /v1/views '' -H "$tracer"
is 0 "$(jq '.items | length' <<<"$BODY")" "left"

# Who is followed up.
answers 200 "whom to follow up" GET /v1/follow-ups '' -H "$tracer"
json_holds "contacts and cases, which are different things" 'any(.items[]; .quarantine != null) and any(.items[]; .isolation != null)' "$BODY"
answers 200 "by case" GET '/v1/follow-ups?case=k1' '' -H "$tracer"
is "$met" "$(jq -r '.items[].person' <<<"$BODY")" "those whom it met"
call='{"task":"call","outcome":"reached"}'
answers 201 "somebody was called" POST "/v1/follow-ups/$met/reports" '{"task":"call","outcome":"reached","at":"2020-03-20T00:00:00Z"}' -H "$tracer"
answers 200 "which is said once" POST "/v1/follow-ups/$met/reports" '{"task":"call","outcome":"reached","at":"2020-03-20T00:00:00Z"}' -H "$tracer"
is_problem 422 invalid "a task that nobody does" POST "/v1/follow-ups/$met/reports" '{"task":"test","outcome":"reached"}' -H "$tracer"
is_problem 422 invalid "before it is done" POST "/v1/follow-ups/$met/reports" '{"task":"call","outcome":"reached","at":"2030-03-20T00:00:00Z"}' -H "$tracer"
is_problem 404 not-found "nobody has that number" POST /v1/follow-ups/4294967295/reports "$call" -H "$tracer"
for wrong in task=sing state=late lost=perhaps cursor=x; do
	is_problem 400 bad-request "$wrong is refused" GET "/v1/follow-ups?$wrong" '' -H "$tracer"
done

# The curve and the chains.
answers 200 "the curve by onset" GET '/v1/curve?by=onset' '' -H "$tracer"
json_holds "every day from the first to the last, discarded ones apart" \
	'.days[0].date == "2020-03-08" and (.days | length) == 13 and ([.days[].cases] | add) == 3 and .undated == 1 and .discarded == 1' "$BODY"
answers 200 "by report" GET /v1/curve '' -H "$tracer"
json_holds "on the days on which they were confirmed" '.by == "reported" and .days[0].date == "2020-03-11"' "$BODY"
answers 200 "the indicators of a period" GET '/v1/indicators?from=2020-03-10&to=2020-03-22' '' -H "$tracer"
json_holds "each with what it is counted of and of whom it is not known" '.from == "2020-03-09T16:00:00+00:00" and (.indicators | length) == 12 and
	(.indicators | map({key: .id, value: "\(.count)/\(.of) \(.unknown)"}) | from_entries | .contacts_per_case == "1/4 0" and
	.cases_unlinked == "2/4 0" and .cases_in_quarantine == "1/3 1") and
	(.indicators[] | select(.id == "onset_to_isolation") | .count == 0 and .of == 1 and .unknown == 3 and .median_hours == 80)' "$BODY"
is "$(jq -cS . <<<"$BODY")" "$(H --json indicators --from 2020-03-10 --to 2020-03-22 | jq -cS .)" "the command line says the same"
holds "and in words" grep -Eq '^cases_unlinked +2 of +4 +50.0%$' <(H indicators --from 2020-03-10 --to 2020-03-22)
is_problem 400 bad-request "a period that ends before it begins is none" GET '/v1/indicators?from=2020-03-10&to=2020-03-09' '' -H "$tracer"
answers 200 "the chains" GET /v1/chains '' -H "$tracer"
json_holds "what was told and what was traced agree" '.links == [{from: "k1", to: "k2", certainty: "probable", contact: .links[0].contact}] and .links[0].contact.kind == "close"' "$BODY"
answers 200 "around one case" GET '/v1/chains?case=k3' '' -H "$tracer"
is "k3 0" "$(jq -r '"\(.cases[0].case) \(.links | length)"' <<<"$BODY")" "who is linked to nobody"
is_problem 404 not-found "a case that is none" GET '/v1/chains?case=k9' '' -H "$tracer"

# Two who were at one market before they fell ill, on other days, and whom nobody linked; three more at home, where it is no news.
STORE=$FOLDER/market
cat >"$FOLDER/market-places.csv" <<CSV
place,kind,name,division,country
market,venue,市场,420802,CN
flat,household,家,420802,CN
CSV
cat >"$FOLDER/market-stays.csv" <<CSV
id_number,place,from,to
${people[0]},market,2020-03-01T09:00:00+08:00,2020-03-01T10:00:00+08:00
${people[1]},market,2020-03-04T09:00:00+08:00,2020-03-04T10:00:00+08:00
${people[2]},market,2020-03-08T09:00:00+08:00,2020-03-08T10:00:00+08:00
${people[3]},market,2020-03-08T09:00:00+08:00,2020-03-08T10:00:00+08:00
${people[1]},flat,2020-03-05T20:00:00+08:00,2020-03-06T08:00:00+08:00
${people[2]},flat,2020-03-05T20:00:00+08:00,2020-03-06T08:00:00+08:00
CSV
# market_case NAME PERSON STATUS [INFECTED_BY]
market_case() {
	printf 'case,id_number,status,onset,confirmed_at,infected_by\n%s,%s,%s,2020-03-12,2020-03-14T08:00:00+08:00,%s\n' "$1" "$2" "$3" "${4:-}" |
		H import cases - >/dev/null
}
alerts() { H --json place-alert list "$@" | jq -sr 'map("\(.number) \(.state) \(.place) \(.groups) \(.cases | join("+"))") | join(", ")'; }
H init --pack "$SOURCE/packs/hubei-2020" --clock 2020-03-24T08:00:00+08:00 2>/dev/null
for kind in places stays; do H import $kind "$FOLDER/market-$kind.csv" >/dev/null; done
market_case m1 "${people[0]}" confirmed
is "" "$(alerts --all)" "one case alone at a market is no news"
market_case m2 "${people[1]}" confirmed
is "1 open market 2 m1+m2" "$(alerts)" "a second one whom nobody linked is"
holds "and in words" grep -q '^1  open  market (venue)  2 unlinked, 2 cases  2020-03-01T09:00:00+08:00' <(H place-alert list)
market_case m3 "${people[2]}" confirmed m2
is "1 open market 2 m1+m2+m3" "$(alerts)" "a third one whom one of them infected is no third source"
market_case m1 "${people[0]}" discarded
is "" "$(alerts)" "a discarded case withdraws it: the others are linked"
is "1 withdrawn market 2 m1+m2+m3" "$(alerts --all)" "which is not forgotten"
market_case m4 "${people[3]}" confirmed
is "2 open market 2 m2+m3+m4" "$(alerts)" "found again it is another one"
exits 2 "closing needs what came of it" H place-alert close 2
exits 1 "an alert that is none is not closed" H place-alert close 9 --outcome nothing
kill "$SERVER"
wait "$SERVER" || true
H user add tracer --role tracer >/dev/null
H user add auditor --role auditor >/dev/null
serve --threads 2
for user in tracer auditor; do
	ask POST /v1/sessions "{\"user\":\"$user\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	declare "market_$user=$(bearer "$(jq -r .token <<<"$BODY")")"
done
answers 200 "a tracer reads the alerts" GET /v1/place-alerts '' -H "$market_tracer"
is "2 open market 2" "$(jq -r '.items[] | "\(.number) \(.state) \(.place) \(.groups)"' <<<"$BODY")" "those that are open"
answers 200 "all of them" GET '/v1/place-alerts?state=all' '' -H "$market_tracer"
is "2 open,1 withdrawn" "$(jq -r '[.items[] | "\(.number) \(.state)"] | join(",")' <<<"$BODY")" "the latest first"
is_problem 400 bad-request "another state is none" GET '/v1/place-alerts?state=new' '' -H "$market_tracer"
is_problem 403 forbidden "an auditor closes none" POST /v1/place-alerts/2/closings '{"outcome":"x"}' -H "$market_auditor"
is_problem 422 invalid "what came of it is needed" POST /v1/place-alerts/2/closings '{"outcome":""}' -H "$market_tracer"
is_problem 404 not-found "there is no such one" POST /v1/place-alerts/9/closings '{"outcome":"x"}' -H "$market_tracer"
answers 201 "the office has done with it" POST /v1/place-alerts/2/closings '{"outcome":"stall 12, all who work there tested"}' -H "$market_tracer"
is_problem 409 conflict "once" POST /v1/place-alerts/2/closings '{"outcome":"x"}' -H "$market_tracer"
is "2 closed market 2 m2+m3+m4, 1 withdrawn market 2 m1+m2+m3" "$(alerts --all)" "which is kept"
kill "$SERVER"
wait "$SERVER" || true
STORE=$FOLDER/store
serve --threads 2

# Who somebody is.
answers 200 "a tracer opens one identity" POST /v1/identities "{\"person\":$met,\"purpose\":\"call about k1\"}" -H "$tracer"
is "${people[1]}" "$(jq -r .id_number <<<"$BODY")" "it is the one whom the case met"
is "tracer: call about k1" "$(H --json person show "${people[1]}" | jq -r '.accesses[] | "\(.by): \(.purpose)"')" "who can read who looked, and what for"
is_problem 422 invalid "without a purpose nothing is opened" POST /v1/identities "{\"person\":$met}" -H "$tracer"
is_problem 404 not-found "nobody has another number" POST /v1/identities '{"person":4294967295,"purpose":"x"}' -H "$tracer"

# What a case rests on. k4 is somebody's suspicion.
answers 200 "a tracer reads what a case rests on" GET /v1/cases/k4/grounds '' -H "$tracer"
json_holds "nobody's word yet" '.grounds == false and .words == [] and .grounds_from == null' "$BODY"
is_problem 403 forbidden "a supervisor does not say that somebody is a case" POST /v1/cases/k4/words '{"holds":true}' -H "$supervisor"
answers 201 "a clinician does" POST /v1/cases/k4/words '{"holds":true}' -H "$clinician"
json_holds "one word is no grounds" '.grounds == false and (.words | map(.by)) == ["clinician"]' "$BODY"
is_problem 409 conflict "once" POST /v1/cases/k4/words '{"holds":true}' -H "$clinician"
answers 422 "a word is true or false" POST /v1/cases/k4/words '{"holds":"yes"}' -H "$clinician"
is_problem 404 not-found "of a case that is there" POST /v1/cases/k99/words '{"holds":true}' -H "$clinician"
answers 201 "and takes it back" POST /v1/cases/k4/words '{"holds":false}' -H "$clinician"
is_problem 404 not-found "which can be done while there is one" POST /v1/cases/k4/words '{"holds":false}' -H "$clinician"
answers 200 "no contact waits" GET '/v1/contacts?waiting=yes' '' -H "$tracer"
is 0 "$(jq '.items | length' <<<"$BODY")" "since the others have grounds"

# A file that is what is stored.
answers 200 "a supervisor exports the cases" POST /v1/exports "$export_all" -H "$supervisor"
is 'text/csv; charset=utf-8; header=present attachment; filename="cases.csv"' "$(header Content-Type) $(header Content-Disposition)" "as CSV"
cp "$FOLDER/body" "$FOLDER/exported.csv"
is "cases: 0 new, 0 changed, 7 unchanged, 0 rejected" "$(H import cases "$FOLDER/exported.csv")" "importing it again finds every row as it is"
exits 0 "the ledger is shown" H ledger show
holds "and has the hash of the file" grep -q "$(sha256sum <"$FOLDER/exported.csv" | cut -d' ' -f1)" "$FOLDER/out"
holds "and the look at an identity" grep -q identity.opened "$FOLDER/out"
if grep -qE "$(IFS='|'; echo "${people[*]}")" "$FOLDER/out"; then fail "the ledger names people"; fi
ok "and names nobody"
# Row by row: the file, what the interface says, and what the command line says.
printf '%s\n' case,status,onset,confirmed_at,symptoms_ended,name,birth_date,phone \
	k6,confirmed,2020-03-18,2020-03-20T08:00:00+08:00,2020-03-23,陈静,1990-09-09,13800002004 | H import cases - >/dev/null
answers 200 "a tracer exports the cases" POST /v1/exports '{"list":"cases"}' -H "$tracer"
tr -d '\r' <"$FOLDER/body" | python3 -c 'import csv, json, sys; [print(json.dumps(row, ensure_ascii=False, sort_keys=True)) for row in csv.DictReader(sys.stdin)]' >"$FOLDER/rows"
answers 200 "and reads them" GET '/v1/cases?limit=200' '' -H "$tracer"
# The moments of the last status are the case's: those are compared, and every status with its own.
is "$(jq -r '.items[] | .case as $c | (.person // "" | tostring) as $p | .statuses[] | "\($c) \($p) \(.status) \(.at)"' <<<"$BODY")" \
	"$(jq -r '"\(.case) \(.person) \(.status) \(.confirmed_at)"' "$FOLDER/rows")" "each row of the file is a status of the list, and the other way round"
is "$(jq -r '.items[] | [.case, .status, .onset, .sampled, .isolated_at, .infected_by] | map(. // "") | join(" ")' <<<"$BODY")" \
	"$(jq -sr 'group_by(.case)[] | . as $all | .[-1] | [.case, .status] + [("onset", "sampled", "isolated_at", "infected_by") as $k
		| [$all[] | .[$k] | select(. != "")][-1] // ""] | join(" ")' "$FOLDER/rows")" "with the same values"
is 2020-03-22T16:00:00+00:00 "$(jq -r 'select(.case == "k6").symptoms_ended' "$FOLDER/rows")" "also when symptoms ended"
answers 200 "a supervisor exports them with names" POST /v1/exports "$export_all" -H "$supervisor"
cp "$FOLDER/body" "$FOLDER/exported.csv"
is "cases: 0 new, 0 changed, 8 unchanged, 0 rejected" "$(H import cases "$FOLDER/exported.csv")" "who is known without an ID number stays known"
answers 200 "a tracer exports the contacts" POST /v1/exports '{"list":"contacts"}' -H "$tracer"
tr -d '\r' <"$FOLDER/body" | tail -n +2 | sort >"$FOLDER/rows"
answers 200 "and reads them" GET '/v1/contacts?limit=200' '' -H "$tracer"
is "$(jq -r '.items[] | [.case, .person, .kind, .degree, .first, .last, .known_at, .withdrawn_at, .waiting] | map(if . == null then "" else tostring end) | join(",")' <<<"$BODY" | sort)" \
	"$(cat "$FOLDER/rows")" "each row of the file is a contact of the list, and the other way round"
is "$(H --json trace k1 | jq -r .person | sort)" "$(grep ^k1, "$FOLDER/rows" | cut -d, -f2 | sort)" "and of the trace on the command line"
STORE=$FOLDER/other
H init --pack "$SOURCE/packs/hubei-2020" --clock 2020-03-24T08:00:00+08:00 2>/dev/null
is "cases: 8 new, 0 changed, 0 unchanged, 0 rejected" "$(H import cases "$FOLDER/exported.csv")" "another store takes it"
STORE=$FOLDER/store
answers 200 "without names" POST /v1/exports '{"list":"contacts","filter":{"case":"k1"}}' -H "$tracer"
is "case,person,kind k1,$met,close" "$(tr -d '\r' <<<"$BODY" | cut -d, -f1-3 | tr '\n' ' ' | sed 's/ $//')" "people are numbers"
is_problem 422 invalid "a word that is no filter of that list" POST /v1/exports '{"list":"cases","filter":{"kind":"close"}}' -H "$tracer"
is /filter/kind "$(jq -r '.errors[0].pointer' <<<"$BODY")" "is named"
is_problem 422 invalid "a list that is none" POST /v1/exports '{"list":"people"}' -H "$tracer"
is_problem 422 invalid "names without a purpose" POST /v1/exports '{"list":"cases","identities":true}' -H "$supervisor"
exits 0 "the ledger verifies" H ledger verify
