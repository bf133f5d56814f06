# The number of a receipt is chosen by the gate's device, so that both sides have it without a network too. It names one check of one guard.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
export HEALTHCODE_PASSWORD="correct horse battery staple"
exits 0 "a store" H init --pack "$SOURCE/packs/hangzhou-2020" --clock 2020-03-24T08:00:00+08:00
li=$(id_number 330102 19800101 001)
printf 'id_number,name,phone,division,applied_at\n%s,李雷,13800000001,330102,2020-03-01T12:00:00+08:00\n' "$li" >"$FOLDER/residents.csv"
exits 0 "somebody" H import residents "$FOLDER/residents.csv"
printf 'place,kind,name,division\nmarket,market,菜市场,330102\nstation,venue,城站,330102\n' >"$FOLDER/places.csv"
exits 0 "two places" H import places "$FOLDER/places.csv"
for name in guard other; do exits 0 "a guard, $name" H user add $name --role gate; done
serve
trap 'kill "$SERVER" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT
signed_in() {
	answers 201 "$1 signs in" POST /v1/sessions "{\"user\":\"$1\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	TOKEN=$(bearer "$(jq -r .token <<<"$BODY")")
}
signed_in guard
guard=$TOKEN
signed_in other
other=$TOKEN
check() { # TOKEN NUMBER PLACE EXTRA
	ask POST /v1/checks "$(jq -cn --arg code "$code" --arg receipt "$2" --arg place "$3" "${4:-{\}} + {code: \$code, place: \$place, receipt: \$receipt}")" -H "$1"
}
code=$(H code issue "$li")
one=0123456789abcdefghjkmnpqrs two=zyxwvtsrqpnmkjhgfedcba9876
check "$guard" $one market
is "201 $one pass" "$STATUS $(jq -r '"\(.receipt) \(.verdict)"' <<<"$BODY")" "a check has the number that the device chose"
H trust export >"$FOLDER/trust"
json_holds "and so has the signed receipt" ".valid and .receipt == \"$one\" and .verdict == \"pass\"" \
	"$(H --json gate receipt "$(jq -r .signed_receipt <<<"$BODY")" --trust "$FOLDER/trust")"
check "$guard" $one market
is "201 $one pass" "$STATUS $(jq -r '"\(.receipt) \(.verdict)"' <<<"$BODY")" "the same again is the same check"
check "$other" $one market
is "409 /problems/receipt-taken" "$STATUS $(jq -r .type <<<"$BODY")" "another guard's check cannot have it"
check "$other" $one market '{"offline":{"at":"2020-03-24T00:00:00Z","verdict":"pass","cause":null}}'
is "409 /problems/receipt-taken" "$STATUS $(jq -r .type <<<"$BODY")" "nor can one that is delivered by the next shift, whose device learns that it is known"
check "$guard" $one station
is "409 /problems/receipt-taken" "$STATUS $(jq -r .type <<<"$BODY")" "nor can one elsewhere"
at=$(date -d @"$(jq -rn '"2020-03-24T00:00:00Z" | fromdate')" -u +%FT%TZ)
check "$guard" $two market "{\"offline\":{\"at\":\"$at\",\"verdict\":\"refuse\",\"cause\":\"expired\"}}"
is "201 $two refuse" "$STATUS $(jq -r '"\(.receipt) \(.verdict)"' <<<"$BODY")" "what was decided without a network is delivered under the number that was shown there"
json_holds "and is signed then" ".valid and .receipt == \"$two\" and .verdict == \"refuse\"" \
	"$(H --json gate receipt "$(jq -r .signed_receipt <<<"$BODY")" --trust "$FOLDER/trust")"
answers 201 "why somebody was not let in goes by it" POST /v1/checks/$two/refusals '{"cause":"no_valid_code"}' -H "$guard"
for bad in short 0123456789ABCDEFGHJKMNPQRS 0123456789abcdefghjkmnpqrstv "0123456789 abcdefghjkmnpqr"; do
	check "$guard" "$bad" market
	is "422 /receipt" "$STATUS $(jq -r '.errors[0].pointer' <<<"$BODY")" "'$bad' is no number of a receipt"
done

# Of a pass that was forgotten only the number is left, and it vouches for nobody else's.
early() { H --now 2020-03-24T06:00:00+08:00 --json "$@"; }
passed=$(early gate check "$(early code issue "$li" | jq -r .code)" --place market)
is pass "$(jq -r .verdict <<<"$passed")" "somebody passed two hours ago"
passed=$(jq -r .receipt <<<"$passed") code=$(H code issue "$li") kept=$code
check "$guard" zyxwvtsrqpnmkjhgfedcba9875 market
is 201 "$STATUS" "after the next check only the number of theirs is left"
code=https://example.org/
check "$other" "$passed" station
is "409 /problems/receipt-taken" "$STATUS $(jq -r .type <<<"$BODY")" "what is no code does not pass under it"
code=$kept
check "$other" "$passed" station "{\"offline\":{\"at\":\"$at\",\"verdict\":\"pass\",\"cause\":null}}"
is "201 $passed pass" "$STATUS $(jq -r '"\(.receipt) \(.verdict)"' <<<"$BODY")" "a device that delivers what it did without a network hears of no fault"
check "$other" "$passed" station "{\"offline\":{\"at\":\"$at\",\"verdict\":\"refuse\",\"cause\":\"expired\"}}"
is "409 /problems/receipt-taken" "$STATUS $(jq -r .type <<<"$BODY")" "but whom a gate turned away has not passed by it"
