# A laboratory's bundles over HTTP: a positive result turns whom the case met red at once, a correction gives them their colours
# back, and what is at fault is answered in FHIR's words.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store PACK=ningbo-2020
export HEALTHCODE_PASSWORD='three plain words'
CASE=$(id_number 330110 19800101 011)
HOME_MATE=$(id_number 330110 19810101 011)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$CASE,居民一,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK
$HOME_MATE,居民二,13800002002,330110,2020-03-01T12:00:00+08:00,$PACK
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to
$CASE,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00
$HOME_MATE,flat,2020-03-09T18:00:00+08:00,2020-03-10T08:00:00+08:00
CSV
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for kind in residents places stays; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
no_cases 330100 | H import areas - >/dev/null
H evaluate >/dev/null
H user add laboratory --role clinician >/dev/null
H user add guard --role gate >/dev/null
colour() { H --json explain "$1" --pack $PACK | jq -r .colour; }
is "green green" "$(colour "$CASE") $(colour "$HOME_MATE")" "both are green"

trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2
CONTENT_TYPE=application/fhir+json
sign_in() {
	CONTENT_TYPE=application/json ask POST /v1/sessions "{\"user\":\"$1\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	bearer "$(jq -r .token <<<"$BODY")"
}
laboratory=$(sign_in laboratory) guard=$(sign_in guard)
# outcome STATUS CODE SENTENCE ASK...
outcome() {
	local wanted=$1 code=$2 sentence=$3
	shift 3
	ask "$@"
	[ "$STATUS" = "$wanted" ] || fail "$sentence: wanted $wanted, got $STATUS: $BODY"
	is "application/fhir+json OperationOutcome $code" "$(header Content-Type) $(jq -r '"\(.resourceType) \(.issue[0].code)"' <<<"$BODY")" "$sentence"
}
# bundle TYPE NUMBER ORDER RESULT STATUS ISSUED
bundle() {
	jq -n --arg type "$1" --arg number "$2" --arg order "$3" --arg result "$4" --arg status "$5" --arg issued "$6" '{resourceType: "Bundle",
		type: $type, identifier: {system: "urn:lab", value: "\($order)-\($issued)"}, entry: [
		{resource: {resourceType: "Patient", id: "p", identifier: [{type: {coding: [{code: "NNCHN"}]}, value: $number}]}},
		{resource: {resourceType: "Observation", id: $order, identifier: [{value: $order}], status: $status,
			subject: {reference: "Patient/p"}, code: {coding: [{system: "http://loinc.org", code: "94500-6"}]},
			effectiveDateTime: "2020-03-10T10:00:00+08:00", issued: $issued, valueCodeableConcept: {coding: [{code: $result}]}}}]}'
}

ask GET /fhir/metadata
is "200 application/fhir+json CapabilityStatement 4.0.1" "$STATUS $(header Content-Type) $(jq -r '"\(.resourceType) \(.fhirVersion)"' <<<"$BODY")" \
	"anybody may ask what is taken"
outcome 401 login "nobody sends unseen" POST /fhir "$(bundle collection "$CASE" o1 260373001 final 2020-03-11T07:00:00+08:00)"
is Bearer "$(header WWW-Authenticate)" "and is told how"
outcome 403 forbidden "a guard sends nothing" POST /fhir "$(bundle collection "$CASE" o1 260373001 final 2020-03-11T07:00:00+08:00)" -H "$guard"
is "green green" "$(colour "$CASE") $(colour "$HOME_MATE")" "nothing came of it"

outcome 200 informational "a positive result, over many lines" POST /fhir "$(bundle collection "$CASE" o1 260373001 final 2020-03-11T07:00:00+08:00)" -H "$laboratory"
is new "$(jq -r '.issue[0].diagnostics' <<<"$BODY")" "is new"
is "red red" "$(colour "$CASE") $(colour "$HOME_MATE")" "the case and who lives with them are red, and nobody evaluated"
imports() { H --json import list | jq -s 'map(select(.kind == "labs")) | length'; }
is 1 "$(imports)" "it is an import of its own"
is "laboratory laboratory: bundle o1-2020-03-11T07:00:00+08:00" "$(H --json import list | jq -rs 'map(select(.kind == "labs"))[0] | "\(.by) \(.file)"')" \
	"with who sent it and its identifier"
for _ in 1 2 3; do
	outcome 200 informational "the same again" POST /fhir "$(bundle collection "$CASE" o1 260373001 final 2020-03-11T07:00:00+08:00)" -H "$laboratory"
done
is "unchanged 1" "$(jq -r '.issue[0].diagnostics' <<<"$BODY") $(imports)" "changes nothing, and is no import"
outcome 200 informational "the same in other bytes" POST /fhir "$(bundle collection "$CASE" o1 260373001 final 2020-03-11T07:00:00+08:00 | jq -c .)" -H "$laboratory"
is unchanged "$(jq -r '.issue[0].diagnostics' <<<"$BODY")" "neither"

ask POST /fhir "$(bundle transaction "$HOME_MATE" o2 260415000 final 2020-03-11T07:10:00+08:00)" -H "$laboratory"
is "200 transaction-response 201 Created 201 Created" "$STATUS $(jq -r '"\(.type) \([.entry[].response.status] | join(" "))"' <<<"$BODY")" \
	"a transaction is answered entry by entry"

outcome 400 structure "half a bundle" POST /fhir '{"resourceType":"Bundle","entry":[' -H "$laboratory"
holds "with its place" grep -q 'Line 1, column' <<<"$BODY"
outcome 422 invalid "another resource" POST /fhir '{"resourceType":"Patient"}' -H "$laboratory"
outcome 422 invalid "rows" POST /fhir '{"id_number":"x"}' -H "$laboratory"
outcome 422 invalid "a number that is none" POST /fhir "$(bundle collection 1 o3 260373001 final 2020-03-11T07:00:00+08:00)" -H "$laboratory"
holds "is named by its element" grep -q 'Patient.identifier' <<<"$BODY"
is 4 "$(H --json import letters | wc -l)" "what was at fault is kept as a dead letter"
CONTENT_TYPE=text/xml outcome 415 not-supported "XML" POST /fhir '<Bundle/>' -H "$laboratory"
outcome 405 not-supported "another method" PUT /fhir '' -H "$laboratory"
outcome 404 not-found "reading" GET /fhir/Patient/1 '' -H "$laboratory"
{
	bundle collection "$HOME_MATE" o4 260415000 final 2020-03-11T07:20:00+08:00
	head -c 900000 /dev/zero | tr '\0' ' '
} >"$FOLDER/large.json"
outcome 200 informational "a bundle of 900 kB" POST /fhir "@$FOLDER/large.json" -H "$laboratory"
outcome 401 login "is kept of nobody else" POST /fhir "@$FOLDER/large.json"
head -c 1100000 /dev/zero | tr '\0' ' ' >"$FOLDER/larger"
outcome 413 too-long "a larger one" POST /fhir "@$FOLDER/larger" -H "$laboratory"

outcome 200 informational "the correction" POST /fhir "$(bundle collection "$CASE" o1 260415000 corrected 2020-03-11T07:45:00+08:00)" -H "$laboratory"
is changed "$(jq -r '.issue[0].diagnostics' <<<"$BODY")" "changes the result"
is "green green" "$(colour "$CASE") $(colour "$HOME_MATE")" "both have their colours back"
samples=("${HEALTHCODE_EXTRA_DATA:-$SOURCE/../shared/data}"/conformance/fhir/*.fhir)
if [ -e "${samples[0]}" ]; then
	taken=0
	for sample in "${samples[@]}"; do
		ask POST /fhir "@$sample" -H "$laboratory"
		[ "$STATUS" = 200 ] || fail "published bundles are taken: $sample: $BODY"
		taken=$((taken + 1))
	done
	is 27 "$taken" "published bundles are taken"
fi
exits 0 "the ledger verifies" H ledger verify
