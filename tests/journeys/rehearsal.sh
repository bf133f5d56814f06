# Rules are rehearsed before anybody lives by them: a copy of Hangzhou's pack with other numbers, over a simulated city.
. "$(dirname "$0")/lib.sh"

PACK=hangzhou-2020
healthcode() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
exits 0 "a store" healthcode init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00
"$HEALTHCODE" simulate --people 120 --days 21 --seed 7 --from 2020-03-03 --out "$FOLDER/city" 2>/dev/null
for kind in residents places checkins visits stays cases; do
	healthcode import "$kind" "$FOLDER/city/$kind.csv" >/dev/null 2>&1 || fail "import $kind"
done
healthcode evaluate >/dev/null
cp -r "$SOURCE/packs/$PACK" "$FOLDER/trial"
sed -i 's/"fever_tenths_c": 373,/"fever_tenths_c": 366,/; s/"contact_days": 14/"contact_days": 2/' "$FOLDER/trial/pack.json"
exits 0 "the trial pack is sound" "$HEALTHCODE" pack check "$FOLDER/trial"

exits 0 "a pack beside itself differs in nobody" healthcode pack diff $PACK $PACK
ledger=$(healthcode ledger verify)
changed_at=$(stat -c %Y.%s "$FOLDER/store/registry.db")
colours=$(healthcode --json --now 2020-03-24T08:00:00+08:00 --known 2030-01-01T00:00:00Z evaluate | jq -c .colours)
exits 1 "the trial differs in somebody" healthcode --json --now 2020-03-24T08:00:00+08:00 pack diff $PACK "$FOLDER/trial"
report=$(cat "$FOLDER/out")
json_holds "everyone is asked" '.people == 120' "$report"
json_holds "the matrix counts everyone once" '.people == ([.matrix[][]] | add)' "$report"
json_holds "those off its diagonal change" '.changed == ([.matrix | to_entries[] | .key as $from | .value | to_entries[] | select(.key != $from) | .value] | add)' "$report"
json_holds "its rows are the colours of today" '[.matrix | to_entries[] | {key, value: ([.value[]] | add)}] | from_entries == '"$colours" "$report"
json_holds "who could no longer pass is green by the one and not by the other" '.stopped == ([.matrix.green | to_entries[] | select(.key != "green") | .value] | add) and .stopped > 0' "$report"
json_holds "by rule: a fever is found more often" '[.by_rule[] | select(.only_new > 0)] | length > 0' "$report"
json_holds "by residence: nothing of fewer than ten people" '[.by_area[] | select(.area != null and .people < 10)] == [] and ([.by_area[].people] | add) == .people' "$report"
json_holds "samples are numbers, colours and rules" '.samples | length > 0 and all(keys == ["from", "new", "old", "person", "to"] and .from != .to)' "$report"
! grep -qE '[0-9]{17}' <<<"$report" || fail "an ID number stands in the report"
ok "no identity stands in it"
for workers in 1 3; do
	is "$(md5sum <"$FOLDER/out")" "$(healthcode --json --now 2020-03-24T08:00:00+08:00 pack diff $PACK "$FOLDER/trial" --workers $workers | md5sum)" "$workers workers give the same bytes"
done
is "$(jq -c .matrix <<<"$report")" "$(healthcode --json --now 2020-03-24T08:00:00+08:00 pack diff $PACK "$FOLDER/trial" --seed 2 | jq -c .matrix)" "another seed shows others, and counts the same"
is "$ledger" "$(healthcode ledger verify)" "nothing is in the ledger of it"
is "$changed_at" "$(stat -c %Y.%s "$FOLDER/store/registry.db")" "and no byte of the store is another"

exits 1 "the city's truth beside it" healthcode --json --now 2020-03-24T08:00:00+08:00 pack diff $PACK "$FOLDER/trial" --truth "$FOLDER/city" --samples 0
truth=$(cat "$FOLDER/out")
is "$(($(wc -l <"$FOLDER/city/truth/infections.csv") - 1))" "$(jq .truth.infections <<<"$truth")" "every infection of the city counts"
json_holds "averted are at least those averted then and there, and at most those caught here" '.truth | (.infections - .from_elsewhere) as $here | [.old, .new] | all(.averted_directly <= .averted and .averted <= $here and .person_days_not_infected <= .person_days)' "$truth"
json_holds "days held are the same sum" '.truth.old.person_days == .person_days.old and .truth.new.person_days == .person_days.new' "$truth"
json_holds "a lower limit of fever holds more people who have nothing" '.truth.new.person_days_not_infected > .truth.old.person_days_not_infected' "$truth"
json_holds "whom it hits: groups and the rest are everyone" '(.by_group | length == 5) and (.people as $all | .by_group | all(.people + .rest_people == $all))' "$truth"
is "$(jq -c .matrix <<<"$report")" "$(jq -c .matrix <<<"$truth")" "the matrix is the same"
exits 3 "truth that is not there" healthcode pack diff $PACK "$FOLDER/trial" --truth "$FOLDER/nowhere"

exits 0 "the rules in force are scored" healthcode --json --now 2020-03-24T08:00:00+08:00 pack score $PACK
score=$(cat "$FOLDER/out")
json_holds "everyone stands in it once" '.people == 120 and .never_stopped + ([.rules[].people] | add) >= 120 and .never_stopped_positive <= .positive and .failed == 0' "$score"
json_holds "a rule counts where it gave the colour, not where it came to one that held" '[.rules[] | select(.rule == "HZ-RED-CASE")][0].people <= '"$(jq '[.by_rule[] | select(.rule == "HZ-RED-CASE")][0].old' <<<"$report")" "$score"
json_holds "later positives are among those whom a rule stopped" '.rules | all(.later_positive <= .people and .contests_upheld == 0)' "$score"
json_holds "of those who had met a case some were found positive later" '[.rules[] | select(.rule == "HZ-RED-CONTACT")][0] | .later_positive > 0 and .person_days > 0' "$score"
exits 0 "and read as a table" healthcode --now 2020-03-24T08:00:00+08:00 pack score
holds "with a line a rule" grep -q 'HZ-RED-CONTACT' "$FOLDER/out"

sample=$(jq -r '.samples[0] | "\(.person) \(.from)"' <<<"$report")
is "${sample#* }" "$(healthcode --json --now 2020-03-24T08:00:00+08:00 explain "${sample% *}" --pack $PACK | jq -r .colour)" "a sample's old colour is what explain says"
exits 1 "a person reads it as tables" healthcode --now 2020-03-24T08:00:00+08:00 --progress always pack diff $PACK "$FOLDER/trial"
holds "with the sum in words" grep -qE '^120 people: [0-9]+ would change colour, [0-9]+ could no longer pass' "$FOLDER/out"
holds "and a bar on stderr" grep -q '120 of 120' "$FOLDER/err"
exits 1 "of a place where nobody applied there is nothing to say" healthcode pack diff "$SOURCE/packs/ningbo-2020" $PACK
exits 2 "two packs are needed" healthcode pack diff $PACK
exits 3 "a folder that is no pack" healthcode pack diff $PACK "$FOLDER/city"

# What is rehearsed comes true: a pack with other rules for contacts, tests and ages goes live, and everybody has the colour that was foretold.
cp -r "$SOURCE/docs/examples/wuhan-2022" "$FOLDER/wuhan"
sed -i 's/"from": "2022-08-30T/"from": "2020-02-01T/; s/"exempt_years": 3,/"exempt_years": 30,/; /"workplace"/d' "$FOLDER/wuhan/pack.json"
awk -F, 'NR == 1 {print "id_number,test,result,sampled_at,laboratory,number"} NR > 1 && NR % 3 == 0 {print $1 ",pcr,negative,2020-03-23T10:00:00+08:00,lab," NR}' \
	"$FOLDER/city/residents.csv" >"$FOLDER/labs.csv"
exits 0 "a third of the city was sampled yesterday" healthcode import labs "$FOLDER/labs.csv"
at() { healthcode --json --now 2020-03-24T08:30:00+08:00 "$@"; }
exits 1 "another city's rules differ" at pack diff $PACK "$FOLDER/wuhan"
report=$(cat "$FOLDER/out")
json_holds "they find other contacts" '[.by_rule[] | select(.rule == "HZ-RED-CONTACT")][0].old != [.by_rule[] | select(.rule == "WH-RED-CONTACT")][0].new' "$report"
for user in zhang zhao; do
	HEALTHCODE_PASSWORD="password of $user" healthcode user add $user --role supervisor >/dev/null 2>&1 || fail "user add $user"
	HEALTHCODE_TOKEN="password of $user" exits 0 "$user lets them go live" at --as $user pack activate "$FOLDER/wuhan" --jurisdiction $PACK
done
exits 0 "everybody is evaluated" at evaluate
foretold=$(jq -cS '[.matrix[] | to_entries[]] | group_by(.key) | map({key: .[0].key, value: (map(.value) | add)}) | from_entries' <<<"$report")
is "$foretold" "$(jq -cS .colours "$FOLDER/out")" "everybody has the colour that was foretold"
exits 0 "and the rehearsal has nothing more to say" at pack diff $PACK "$FOLDER/wuhan"
exits 1 "of the way back it has" at pack diff $PACK "$SOURCE/packs/$PACK"
json_holds "the contacts of before are found again" '[.by_rule[] | select(.rule == "HZ-RED-CONTACT")][0].new == '"$(jq '[.by_rule[] | select(.rule == "HZ-RED-CONTACT")][0].old' <<<"$report")" "$(cat "$FOLDER/out")"
HEALTHCODE_TOKEN="password of zhang" exits 0 "a pack under a name that the store does not know" at --as zhang pack activate "$SOURCE/packs/ningbo-2020"
holds "is told to be another jurisdiction" grep -q 'ningbo-2020 would be a new jurisdiction of this store' "$FOLDER/err"
HEALTHCODE_TOKEN="password of zhang" exits 1 "and its files are that one's" at --as zhang pack activate "$SOURCE/packs/ningbo-2020" --jurisdiction $PACK
holds "with the way out" grep -q "kept for ningbo-2020; for $PACK, change one of them" "$FOLDER/err"
