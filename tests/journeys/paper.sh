# Who has no phone: a code on paper, good for a day and online for a week, revocable, compared with the ID card; and an ID
# number that the guard types.
. "$(dirname "$0")/lib.sh"

H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
T=2020-03-20
old=$(id_number 330102 19380101 001) other=$(id_number 330102 19410101 002) stranger=$(id_number 330102 19510101 003)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at
$old,李大爷,13800000001,330102,2020-03-01T12:00:00+08:00
$other,韩奶奶,13800000002,330102,2020-03-01T12:00:00+08:00
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
market,venue,东门菜市场,330102,CN
station,venue,城站,330102,CN
CSV
exits 0 "a store" H init --pack "$SOURCE/packs/hangzhou-2020" --clock ${T}T08:00:00+08:00
exits 0 "two people" H import residents "$FOLDER/residents.csv"
exits 0 "a market and a station" H import places "$FOLDER/places.csv"
gate() { H --now "$2" --json gate check "$1" --place "${3:-market}" || true; }
offline() { "$HEALTHCODE" --now "$2" --json code verify "$1" --trust "$FOLDER/trust" | jq -r '.cause // .colour' || true; }

paper=$(H --now ${T}T08:00:00+08:00 --json code issue "$old" --paper "$FOLDER/a4.pdf" | jq -r .code)
exits 0 "on a smaller page too" H --now ${T}T08:00:00+08:00 code issue "$old" --paper "$FOLDER/a6.pdf" --size a6
is "%PDF" "$(head -c 4 "$FOLDER/a4.pdf")" "a page of PDF comes out"
holds "only its owner may read it" test "$(stat -c %a "$FOLDER/a4.pdf")" = 600
if grep -qaE "李大爷|${old:0:14}" "$FOLDER/a4.pdf"; then fail "the paper names somebody"; fi
ok "it names nobody"
H trust export >"$FOLDER/trust"
verdict=$(gate "$paper" ${T}T18:00:00+08:00)
is pass "$(jq -r .verdict <<<"$verdict")" "the gate lets the paper pass ten hours later"
is "${old:14}" "$(jq -r .card <<<"$verdict")" "once the ID card's last four are the same"
json_holds "and says so" '.act.en | test("last four")' "$verdict"
is pass "$(gate "$paper" ${T}T18:00:20+08:00 station | jq -r .verdict)" "at another gate as well: a paper goes with its card, not with a minute"
is green "$(offline "$paper" ${T}T18:00:00+08:00)" "without a network the printed colour counts"
is expired "$(offline "$paper" 2020-03-21T08:00:00+08:00)" "for a day"
is pass "$(gate "$paper" 2020-03-22T08:00:00+08:00 | jq -r .verdict)" "a gate that is online asks for the colour of now, on the third day too"
is refuse "$(gate "$paper" 2020-03-27T08:00:00+08:00 | jq -r .verdict)" "after a week it must be printed anew"

cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,confirmed_at,onset
c1,$old,confirmed,2020-03-22T10:00:00+08:00,2020-03-21T08:00:00+08:00
CSV
exits 0 "its holder becomes a case" H --now 2020-03-22T10:00:00+08:00 import cases "$FOLDER/cases.csv"
is "refuse red" "$(gate "$paper" 2020-03-22T11:00:00+08:00 | jq -r '"\(.verdict) \(.cause)"')" "the green paper is red at the next gate"

second=$(H --now 2020-03-21T08:00:00+08:00 --json code issue "$other" --paper "$FOLDER/b.pdf" | jq -r .code)
exits 0 "a lost paper is revoked by whose it is" H --now 2020-03-21T09:00:00+08:00 code revoke "$other" --pack hangzhou-2020
is revoked "$(gate "$second" 2020-03-21T09:01:00+08:00 | jq -r .cause)" "and counts no more"
H --now 2020-03-21T09:01:00+08:00 trust export >"$FOLDER/trust"
is revoked "$(offline "$second" 2020-03-21T09:02:00+08:00)" "offline neither"
third=$(H --now 2020-03-21T10:00:00+08:00 --json code issue "$other" --paper "$FOLDER/b.pdf" | jq -r .code)
is pass "$(gate "$third" 2020-03-21T10:01:00+08:00 | jq -r .verdict)" "a new one counts at once"
exits 0 "one paper is revoked by its text" H --now 2020-03-21T11:00:00+08:00 code revoke "$third"
is refuse "$(gate "$third" 2020-03-23T11:00:00+08:00 | jq -r .verdict)" "and does not come back when its printed day is over"

typed() { H --now "$2" --json gate check --id-number "$1" --place market || true; }
verdict=$(typed "$other" 2020-03-21T12:00:00+08:00)
is "pass null null" "$(jq -r '"\(.verdict) \(.cause) \(.card)"' <<<"$verdict")" "a typed ID number answers with a verdict alone"
verdict=$(typed "$stranger" 2020-03-21T12:00:00+08:00)
is "ask null" "$(jq -r '"\(.verdict) \(.cause)"' <<<"$verdict")" "a number that nobody has is asked about, as a gray code is"
holds "the holder reads that it was typed, and where" \
	grep -q '"id-number-typed".*东门菜市场' "$FOLDER/store/outbox.jsonl"
is 1 "$(grep -c '"id-number-typed"' "$FOLDER/store/outbox.jsonl")" "once"
for _ in $(seq 18); do typed "$stranger" 2020-03-21T12:00:00+08:00 >/dev/null; done
exits 1 "the twenty-first within the hour is not answered" H --now 2020-03-21T12:30:00+08:00 gate check --id-number "$other" --place market
exits 3 "what is no ID number is told so" H --now 2020-03-21T12:30:00+08:00 gate check --id-number 123 --place market
exits 2 "a code and an ID number at once are one too many" H gate check "$third" --id-number "$other" --place market

purged=$(H --now 2020-04-03T23:59:00+08:00 --json purge)
is "2020-03-20 is kept" "$(jq -r 'if .checks == 0 and .code_days == 0 then "2020-03-20 is kept" else . end' <<<"$purged")" \
	"what gates asked and refused is there until its day is over for fourteen"
purged=$(H --now 2020-04-07T00:00:00+08:00 --json purge)
json_holds "then it is forgotten" '.checks > 0' "$purged"
holds "the ledger says so" grep -q '"checks":[1-9]' <(H ledger show)
holds "and is whole" H ledger verify
