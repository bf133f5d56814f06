# A new city is a copied folder: pack check, init, import, explain. And a broken folder says where it is broken.
. "$(dirname "$0")/lib.sh"

cp -r "$SOURCE/packs/hangzhou-2020" "$FOLDER/mycity"
sed -i 's/"Hangzhou health code"/"My city health code"/; s/"杭州健康码"/"我城健康码"/; s/"yellow_days": 7/"yellow_days": 3/; s/330100/110100/' "$FOLDER/mycity/pack.json"
PERSON=$(id_number 110105 19800101 001)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$PERSON,李雷,13800000001,110105,2020-03-01T12:00:00+08:00
CSV
{
	echo id_number,at,temperature_c,symptoms,contact
	echo "$PERSON,2020-03-02T20:00:00+08:00,38.1,fever,no"
	for day in $(days 2020-03-03 2020-03-05); do echo "$PERSON,${day}T20:00:00+08:00,36.5,,no"; done
} >"$FOLDER/checkins.csv"

exits 0 "the manual's example of a city with other rules is sound" "$HEALTHCODE" pack check "$SOURCE/docs/examples/harbour-city"
exits 0 "and so is that of a real one" "$HEALTHCODE" pack check "$SOURCE/docs/examples/macao-2022"
exits 0 "whose own tests pass, and see every rule" "$HEALTHCODE" pack test "$SOURCE/docs/examples/macao-2022"
holds "they are counted" grep -q '^15 people, 44 passed, 0 failed$' "$FOLDER/out"

exits 0 "a third is one whose gray is for who is due for a test" "$HEALTHCODE" pack check "$SOURCE/docs/examples/wuhan-2022"
exits 0 "which has tests too" "$HEALTHCODE" pack test "$SOURCE/docs/examples/wuhan-2022"
holds "that see every rule" grep -q '^10 people, 33 passed, 0 failed$' "$FOLDER/out"

# A pack's tests find what the check cannot.
cp -r "$SOURCE/docs/examples/macao-2022" "$FOLDER/macao"
sed -i 's/"declared_hours": 24/"declared_hours": 20/' "$FOLDER/macao/pack.json"
exits 1 "another number, and an answer is another" "$HEALTHCODE" pack test "$FOLDER/macao"
holds "it is told at its place" grep -qE 'macao/tests/declares-daily.json:[0-9]+:[0-9]+: wanted as next change gray at 2022-07-31T08' "$FOLDER/out"
exits 1 "as JSON, too" "$HEALTHCODE" --json pack test "$FOLDER/macao"
json_holds "with its place" '.failed == (.failures | length) and any(.failures[]; (.file | endswith("/declares-daily.json")) and .line > 1)' "$(cat "$FOLDER/out")"
rm -r "$FOLDER/macao" && cp -r "$SOURCE/docs/examples/macao-2022" "$FOLDER/macao"
rm "$FOLDER/macao/tests/declares-fever.json"
exits 1 "a rule that no test sees" "$HEALTHCODE" pack test "$FOLDER/macao"
is "MO-YELLOW-SYMPTOMS: no test sees this rule" "$(head -n 1 "$FOLDER/out")" "is named"
sed -i 's/"at": "2022-07-29"/"on": "2022-07-29"/' "$FOLDER/macao/tests/met-a-case.json"
exits 3 "a test whose facts are none is bad input" "$HEALTHCODE" pack test "$FOLDER/macao"
holds "with its place" grep -qE 'macao/tests/met-a-case.json:[0-9]+:[0-9]+: ' "$FOLDER/err"
rm -r "$FOLDER/macao/tests"
exits 1 "a pack without tests is not tested" "$HEALTHCODE" pack test "$FOLDER/macao"
rm -r "$FOLDER/macao"
exits 0 "the copied pack is sound" "$HEALTHCODE" pack check "$FOLDER/mycity"
holds "pack check names it" grep -q '^mycity: My city health code (我城健康码), policy [0-9a-f]\{64\}$' "$FOLDER/out"
policy=$(sed 's/.*policy //' "$FOLDER/out")
exits 0 "init takes the folder" "$HEALTHCODE" --data "$FOLDER/store" init --pack "$FOLDER/mycity" --clock 2020-03-06T08:00:00+08:00
exits 0 "residents go to the only jurisdiction without its name in the file" "$HEALTHCODE" --data "$FOLDER/store" import residents "$FOLDER/residents.csv"
exits 0 "check-ins" "$HEALTHCODE" --data "$FOLDER/store" import checkins "$FOLDER/checkins.csv"
rm -r "$FOLDER/mycity" # the store keeps what it was made with
explain() { "$HEALTHCODE" --data "$FOLDER/store" --now "$1" --json explain "$PERSON" --pack mycity; }
is "yellow mycity $policy" "$(explain 2020-03-05T19:59:59+08:00 | jq -r '"\(.colour) \(.jurisdiction) \(.policy)"')" "the new city decides, by the pack that was checked"
is green "$(explain 2020-03-05T20:00:00+08:00 | jq -r .colour)" "by its own parameter, three days"
is '["mycity"]' "$("$HEALTHCODE" --data "$FOLDER/store" --json explain "$PERSON" | jq -sc 'flatten | map(.jurisdiction)')" "explain without a name lists it"
exits 0 "a code is issued" "$HEALTHCODE" --data "$FOLDER/store" --json code issue "$PERSON" --pack mycity
is "mycity green" "$(jq -r '"\(.jurisdiction) \(.colour)"' "$FOLDER/out")" "in the new city's name"

# A rule that forgets to ask whether there is a check-in fails for whoever has none, and for nobody else.
cp -r "$SOURCE/packs/ningbo-2020" "$FOLDER/careless"
cat >"$FOLDER/careless/rules/nb-yellow-fever.json" <<'JSON'
{"id": "NB-YELLOW-FEVER", "colour": "yellow", "when": {"before": [
  {"plusTime": [{"var": "payload.latest.checkins.at"}, 3, "day"]},
  {"plusTime": [{"var": "external.validationClock"}, 0, "day"]}]},
 "reason": "yellow_fever", "source": "an assumption of this test"}
JSON
OTHER=$(id_number 330110 19810101 001)
{ cat "$FOLDER/residents.csv"; echo "$OTHER,韩梅梅,13800000002,330110,2020-03-01T12:00:00+08:00"; } >"$FOLDER/two.csv"
echo "$PERSON,2020-03-01T12:00:00+08:00,36.5,,no" >>"$FOLDER/checkins.csv"
C() { "$HEALTHCODE" --data "$FOLDER/careless-store" --now 2020-03-06T08:00:00+08:00 "$@"; }
exits 0 "a store with a careless rule" "$HEALTHCODE" --data "$FOLDER/careless-store" init --pack "$FOLDER/careless" --clock 2020-03-06T08:00:00+08:00
exits 0 "two people apply" C import residents "$FOLDER/two.csv"
exits 0 "one of them checks in" C import checkins "$FOLDER/checkins.csv"
number=$(C --json person show "$OTHER" | jq -r .person)
exits 3 "one whose evaluation fails makes it exit 3" C evaluate
holds "names the person, the rule and why" grep -qE "^person $number: careless: .*NB-YELLOW-FEVER" "$FOLDER/err"
holds "and is counted" grep -q '^evaluated 1, changed 1, failed 1$' "$FOLDER/out"
exits 3 "they are due still" C --json evaluate
is "0 1" "$(jq -r '"\(.evaluated) \(.failed)"' "$FOLDER/out")" "while the other is not"
sed -i "s/^$PERSON,/$OTHER,/" "$FOLDER/checkins.csv"
exits 0 "with a check-in" C import checkins "$FOLDER/checkins.csv"
exits 0 "the rest is evaluated" C --json evaluate
is "1 0" "$(jq -r '"\(.evaluated) \(.failed)"' "$FOLDER/out")" "and nobody fails"
rm -r "$FOLDER/careless" "$FOLDER/careless-store"

# broken SENTENCE FILE LINE COLUMN REASON, once $FOLDER/broken was changed
broken() {
	exits 3 "$1" "$HEALTHCODE" pack check "$FOLDER/broken"
	grep -q "$2:$3:$4: .*$5" "$FOLDER/err" || fail "$1: wanted $2:$3:$4: $5, got $(cat "$FOLDER/err")"
	! grep -vqE '^[^:]+:[0-9]+:[0-9]+: .' "$FOLDER/err" || fail "$1: a line without a place: $(cat "$FOLDER/err")"
	[ ! -s "$FOLDER/out" ] || fail "$1: stdout has $(cat "$FOLDER/out")"
	exits 3 "and init does not take it" "$HEALTHCODE" --data "$FOLDER/no-store" init --pack "$FOLDER/broken"
	[ ! -e "$FOLDER/no-store/registry.db" ] || fail "$1: init left a store behind"
	rm -rf "$FOLDER/broken" "$FOLDER/no-store"
}
fresh() { cp -r "$SOURCE/packs/hangzhou-2020" "$FOLDER/broken"; }
line_of() { grep -n -m1 "$1" "$FOLDER/broken/$2" | cut -d: -f1; }

fresh && sed -i 's/"yellow_days": 7,/"yellow_days": 7/' "$FOLDER/broken/pack.json"
broken "a comma is missing" pack.json "$(line_of '"red_days"' pack.json)" '[0-9]*' expected
fresh && sed -i 's/"red_days": 14/"rad_days": 14/' "$FOLDER/broken/pack.json"
line=$(line_of '"red_days"' rules/hz-green-red.json)
broken "a rule names a parameter that is not there" rules/hz-green-red.json "$line" '[0-9]*' red_days
fresh && sed -i 's/">="/"=>"/' "$FOLDER/broken/rules/hz-green-red.json"
line=$(line_of '"=>"' rules/hz-green-red.json)
broken "an operator that is none" rules/hz-green-red.json "$line" '[0-9]*' '=>'
fresh && cat >"$FOLDER/broken/rules/twice.json" <<'JSON'
{"id": "HZ-TWICE", "colour": "yellow", "when": {"if": [{"var": "payload.birth_date"}, {"not-before": [
  {"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
  {"plusTime": [{"plusTime": [{"var": "payload.birth_date"}, 3, "year"]}, 1, "day"]}]}, false]},
 "reason": "green_new", "source": "an assumption of this test"}
JSON
broken "a date that is moved twice" rules/twice.json 3 '[0-9]*' 'add the amounts'
fresh && sed -i 's/"colour": "green"/"colour": "blue"/' "$FOLDER/broken/rules/hz-green-new.json"
broken "a colour that is none" rules/hz-green-new.json 4 '[0-9]*' colour
fresh && sed -i 's/"reason": "green_new"/"reason": "green_knew"/' "$FOLDER/broken/rules/hz-green-new.json"
broken "a reason without a text" rules/hz-green-new.json 7 '[0-9]*' green_knew
fresh && sed -i 's/"medium_total"/"medium_totl"/' "$FOLDER/broken/pack.json"
broken "a member of the risk section is misspelt" pack.json "$(line_of medium_totl pack.json)" 20 'did you mean "medium_total"'
fresh && sed -i 's/"pass_colours": \["green"\]/"pass_colours": ["blue"]/' "$FOLDER/broken/pack.json"
broken "a gate passes a colour that is none" pack.json "$(line_of '"blue"' pack.json)" '[0-9]*' 'not a colour'
fresh && sed -i 's/"kind": "close", "rows": 3/"kind": "near", "rows": 3/' "$FOLDER/broken/pack.json"
broken "a kind of contact that is none" pack.json "$(line_of '"near"' pack.json)" '[0-9]*' '"close", "co-exposed" or "companion"'
fresh && sed -i 's/"secondary_days": 14/"secondary_days": 1400/' "$FOLDER/broken/pack.json"
broken "days out of range" pack.json "$(line_of '"secondary_days"' pack.json)" '[0-9]*' '0 to 365'
fresh && sed -i 's/"valid_s": 60/"valid_s": 0/' "$FOLDER/broken/pack.json"
broken "a code that is good for no time" pack.json "$(line_of '"valid_s"' pack.json)" '[0-9]*' '1 to 86400'
fresh && sed -i 's/"movement_days"/"movement_day"/' "$FOLDER/broken/pack.json"
broken "a retention of nothing" pack.json "$(line_of '"movement_day"' pack.json)" '[0-9]*' movement_day
fresh && jq 'del(.contact)' "$SOURCE/packs/hangzhou-2020/pack.json" >"$FOLDER/broken/pack.json"
broken "nobody says who is a contact" pack.json 1 1 '"contact" is missing'
fresh && sed -i 's/"to_days": [0-9]*/"to_days": 300/' "$FOLDER/broken/pack.json"
broken "days backward that go forward" pack.json '[0-9]*' '[0-9]*' 'from_days must be at least to_days'
fresh && sed -i 's/"cell_size_m": 800/"cell_size_m": 8/' "$FOLDER/broken/pack.json"
broken "cells that are too small" pack.json "$(line_of '"cell_size_m"' pack.json)" '[0-9]*' '10 to 100000'
fresh && cp "$FOLDER/broken/rules/hz-green-new.json" "$FOLDER/broken/rules/zz-again.json"
broken "two rules with one id" 'rules/[a-z-]*.json' '[0-9]*' '[0-9]*' HZ-GREEN-NEW
fresh && sed -i 's/"+08:00"/"+8"/' "$FOLDER/broken/pack.json"
broken "a time zone that is none" pack.json 3 '[0-9]*' .
fresh && head -c 700 "$SOURCE/packs/hangzhou-2020/pack.json" >"$FOLDER/broken/pack.json"
broken "a file that was cut off" pack.json '[0-9]*' '[0-9]*' .
fresh && rm "$FOLDER/broken/texts/en.json"
broken "a language is missing" pack.json '[0-9]*' '[0-9]*' texts/en.json
fresh && { for i in $(seq 100000); do printf '{"!":['; done; } >"$FOLDER/broken/rules/hz-green-new.json"
broken "a rule nested a hundred thousand deep" rules/hz-green-new.json '[0-9]*' '[0-9]*' .
fresh && printf '\377\376' >"$FOLDER/broken/texts/zh.json"
broken "texts that are not UTF-8" texts/zh.json 1 '[0-9]*' .
fresh && sed -i 's/"red_days": 14/"rad_days": 14/' "$FOLDER/broken/pack.json" && sed -i 's/"colour": "green"/"colour": "blue"/' "$FOLDER/broken/rules/hz-green-new.json"
exits 3 "two faults at once" "$HEALTHCODE" pack check "$FOLDER/broken"
holds "both are told" test "$(grep -cE 'hz-green-new.json:4:|red_days' "$FOLDER/err")" -ge 2
exits 3 "a folder that is not there" "$HEALTHCODE" pack check "$FOLDER/nowhere"

# Suites of rules: what is wrong with one is told at its place, and a pack's files are not taken for one.
printf '%s\n' '{"name": "s", "cases": [' ' {"name": "a", "certLogicExpression": true, "assertions": [{"data": {}, "expected": true},' \
	'  {"data": {}, "expcted": true}]},' ' {"name": "b", "asertions": []}]}' >"$FOLDER/suite.json"
exits 3 "a suite whose assertion expects nothing" "$HEALTHCODE" rule test "$FOLDER/suite.json"
holds "is told where" grep -q 'suite.json:3:3: assertion 2 of "a" has no "expected"' "$FOLDER/err"
sed -i 's/expcted/expected/' "$FOLDER/suite.json"
exits 3 "a case that is none" "$HEALTHCODE" rule test "$FOLDER/suite.json"
holds "is told where" grep -q 'suite.json:4:2: case 2 has neither' "$FOLDER/err"
echo '{"name": "s"}' >"$FOLDER/suite.json"
exits 3 "a file that is neither" "$HEALTHCODE" rule test "$FOLDER/suite.json"
holds "is told what would be" grep -q 'suite.json:1:1: neither a suite ("name" and "cases") nor a rule' "$FOLDER/err"
for file in rules/red-case.json tests/is-a-case.json; do
	exits 3 "a pack's $file is no suite" "$HEALTHCODE" rule test "$SOURCE/docs/examples/macao-2022/$file"
	holds "and what runs it is told" grep -q "this is of a pack: 'healthcode pack test DIR'" "$FOLDER/err"
done
echo '{}' >"$FOLDER/data.json"
exits 3 "nor can it be run alone" "$HEALTHCODE" rule run "$SOURCE/docs/examples/macao-2022/rules/red-case.json" --data "$FOLDER/data.json"
holds "and what runs it is told" grep -q "this is of a pack: 'healthcode pack test DIR'" "$FOLDER/err"
