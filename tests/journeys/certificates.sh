# Certificates of the EU, as a traveller shows them: checked, then evidence, which a city's rules read like any other.
. "$(dirname "$0")/lib.sh"

VECTORS=$SOURCE/tests/data/dcc/testdata/AT
PERSON=$(id_number 420802 19980226 001) # born on the day that the certificates say
cp -r "$SOURCE/packs/hubei-2020" "$FOLDER/city"
rm "$FOLDER/city/rules/hb-yellow-expired.json" # its text serves the rule below, which needs no check-ins
cat >"$FOLDER/city/rules/hb-green-recovered.json" <<'JSON'
{"id": "HB-GREEN-RECOVERED", "from": ["gray", "yellow"], "colour": "green",
 "when": {"if": [{"var": "payload.latest.recoveries"},
   {"and": [
     {"not-before": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]}, {"plusTime": [{"var": "payload.latest.recoveries.from"}, 0, "day"]}]},
     {"before": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]}, {"plusTime": [{"var": "payload.latest.recoveries.to"}, 0, "day"]}]}]},
   false]},
 "evidence": ["recoveries"], "reason": "yellow_expired", "source": "an assumption of this test"}
JSON
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
exits 0 "rules may read recoveries" "$HEALTHCODE" pack check "$FOLDER/city"
exits 0 "a store in May 2021" H init --pack "$FOLDER/city" --clock 2021-05-07T08:00:00+08:00
printf 'id_number,name,phone,division,applied_at\n%s,冯,13900000001,420802,2021-05-06T19:00:00+08:00\n' "$PERSON" >"$FOLDER/residents.csv"
exits 0 "somebody applies" H import residents "$FOLDER/residents.csv"
exits 0 "is evaluated" H evaluate
is gray "$(H --json explain "$PERSON" --pack city | jq -r .colour)" "and waits"

jq -r .TESTCTX.CERTIFICATE "$VECTORS/1.json" | base64 -d >"$FOLDER/at.der"
{
	echo id_number,certificate
	for n in 1 2 3; do echo "$PERSON,$(jq -r .PREFIX "$VECTORS/$n.json")"; done
	echo "$PERSON,$(jq -r .PREFIX "$VECTORS/2.json" | sed 's/A/B/2')"
	echo "$(id_number 420802 19800101 002),$(jq -r .PREFIX "$VECTORS/1.json")"
} >"$FOLDER/certificates.csv"
exits 2 "nothing is taken without keys to check it by" H import certificates "$FOLDER/certificates.csv"
exits 2 "and keys are for nothing else" H import residents "$FOLDER/residents.csv" --trust "$FOLDER/at.der"
exits 3 "a dose, a recovery and a test are taken, the rest is not" H import certificates "$FOLDER/certificates.csv" --trust "$FOLDER/at.der" --rejects "$FOLDER/rejects.csv"
is "certificates: 3 new, 0 changed, 0 unchanged, 2 rejected" "$(cat "$FOLDER/out")" "each with its place"
holds "what was changed on the way has its cause" grep -qE 'certificates.csv:5:[0-9]+: the certificate does not count: (bad_|malformed)' "$FOLDER/err"
holds "and somebody else's" grep -q 'certificates.csv:6:1: the certificate is of somebody born on another day' "$FOLDER/err"
is 3 "$(wc -l <"$FOLDER/rejects.csv")" "both can be mended"
exits 0 "the person is evaluated" H evaluate
json_holds "and green for having recovered" '.colour == "green" and (.rules | map(.id) | index("HB-GREEN-RECOVERED")) != null' "$(H --json explain "$PERSON" --pack city)"
json_holds "with what the certificate says as the reason's evidence" '.rules[] | select(.id == "HB-GREEN-RECOVERED") | .evidence == [{list: "recoveries", at: "2021-02-20T00:00:00+08:00", from: "2021-04-04T00:00:00+08:00", to: "2021-10-04T00:00:00+08:00"}]' "$(H --json explain "$PERSON" --pack city)"
exits 0 "the import is taken back" H import undo 2
exits 0 "and evaluated" H evaluate
is gray "$(H --json explain "$PERSON" --pack city | jq -r .colour)" "with what it gave"
exits 0 "the ledger verifies" H ledger verify
