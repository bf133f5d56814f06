# Appeals against a colour: said by the person or for them, answered by another than who entered what the colour rests on, and never what changes it.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
CASE=$(id_number 330110 19800101 011)
CLOSE=$(id_number 330110 19820101 011)
OTHER=$(id_number 330110 19830101 011)
AWAY=$(id_number 420802 19840101 011)
STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
at() { local at=$1 && shift && H --now "$at" "$@"; }
# as USER TIME COMMAND...
as() { local user=$1 at=$2 && shift 2 && HEALTHCODE_TOKEN="password of $user" H --as "$user" --now "$at" "$@"; }
colour() { at "$1" --json explain "$2" --pack $PACK | jq -r .colour; }
appeal() { at "$1" --json appeal list | jq -c "select(.appeal == $2) | [$3]"; }

cp -r "$SOURCE/packs/$PACK" "$FOLDER/$PACK"
jq '.appeals = {days: 2, kept_days: 30, office: "appeals", source: "a test"}' "$SOURCE/packs/$PACK/pack.json" >"$FOLDER/$PACK/pack.json"
exits 0 "a pack says until when appeals are answered, and by whom" "$HEALTHCODE" pack check "$FOLDER/$PACK"
for bad in '{days: 0, source: "a"}' '{kept_days: 1000, source: "a"}' '{days: 2}' '{office: "", source: "a"}' '{dais: 2, source: "a"}'; do
	cp -r "$FOLDER/$PACK" "$FOLDER/bad" && jq ".appeals = $bad" "$SOURCE/packs/$PACK/pack.json" >"$FOLDER/bad/pack.json"
	exits 3 "it does not say $bad" "$HEALTHCODE" pack check "$FOLDER/bad"
	rm -r "$FOLDER/bad"
done

H init --pack "$FOLDER/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for user in enter:supervisor:appeals sun:supervisor:appeals qian:supervisor:elsewhere zhao:administrator:appeals li:clinician:clinic desk:committee:street; do
	IFS=: read -r name role office <<<"$user"
	HEALTHCODE_PASSWORD="password of $name" H user add "$name" --role "$role" --office "$office" >/dev/null
done
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$CASE,居民1,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK
$CLOSE,居民2,13800002002,330110,2020-03-01T12:00:00+08:00,$PACK
$OTHER,居民3,13800002003,330110,2020-03-01T12:00:00+08:00,$PACK
CSV
printf 'place,kind,name,division,country\ntea-house,venue,茶馆,330110,CN\n' >"$FOLDER/places.csv"
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat
$CASE,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7
$CLOSE,tea-house,2020-03-09T09:30:00+08:00,2020-03-09T12:00:00+08:00,7B
CSV
for kind in residents places stays; do as zhao 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv" >/dev/null; done
no_cases 330100 | at 2020-03-11T08:00:00+08:00 import areas - >/dev/null
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at,isolated_at
C1,$CASE,confirmed,2020-03-07,2020-03-11T10:00:00+08:00,2020-03-10T12:00:00+08:00
CSV
exits 0 "an officer enters a case" as enter 2020-03-11T10:00:00+08:00 import cases "$FOLDER/cases.csv"
is red "$(colour 2020-03-11T11:00:00+08:00 "$CLOSE")" "whom it met is red"

# Said.
say() { as "$1" "$2" --json appeal open "$3" --words "$4"; }
exits 3 "green stops nobody" say desk 2020-03-11T12:00:00+08:00 "$OTHER" "?"
exits 3 "an appeal says something" say desk 2020-03-11T12:00:00+08:00 "$CLOSE" ""
exits 2 "in words" as desk 2020-03-11T12:00:00+08:00 appeal open "$CLOSE"
exits 0 "the committee writes down what somebody without a phone says" say desk 2020-03-11T12:00:00+08:00 "$CLOSE" "我那天不在茶馆"
is '{"appeal":1,"state":"open"}' "$(cat "$FOLDER/out")" "it is open"
exits 0 "the same once more" say desk 2020-03-11T13:00:00+08:00 "$CLOSE" "真的不在"
is '{"appeal":1,"state":"open"}' "$(cat "$FOLDER/out")" "is the same one"
is '[1,"open",false,"red","desk","2020-03-14T00:00:00+08:00"]' "$(appeal 2020-03-11T13:00:00+08:00 1 '.appeal, .state, .overdue, .colour, .opened_by, .due_at')" "it says about what, and until when it is answered"
json_holds "the rules that gave the colour, and the version of the pack, are in it" '(.rules | length > 0) and (.policy | length == 64) and (has("words") | not)' "$(at 2020-03-11T13:00:00+08:00 --json appeal list)"
is red "$(colour 2020-03-11T13:00:00+08:00 "$CLOSE")" "it changes no colour"
is 0 "$(at 2020-03-13T23:59:59+08:00 --json appeal list --overdue | wc -l)" "it has until the end of the second day after"
is 1 "$(at 2020-03-14T00:00:00+08:00 --json appeal list --overdue | wc -l)" "then it is overdue"
! grep -rqF "我那天不在茶馆" "$STORE" || fail "the words lie open"
ok "its words are sealed"
exits 0 "an officer reads them" as sun 2020-03-11T14:00:00+08:00 --json appeal show 1
is '"我那天不在茶馆"' "$(jq -c .words "$FOLDER/out")" "the first ones"
json_holds "which the person reads of, as of who wrote it down" 'map([.by, .purpose]) | contains([["sun", "appeal"]]) and contains([["desk", "appeal written down"]])' "$(H --json person show "$CLOSE" | jq -c .accesses)"

# Who decides, and by what.
decide() { as "$1" "$2" appeal decide "${@:3}"; }
exits 2 "it is signed" at 2020-03-12T08:00:00+08:00 appeal decide 1 rejected --en no
exits 2 "it is upheld or rejected" decide sun 2020-03-12T08:00:00+08:00 1 perhaps --en no
exits 1 "a clinician does not decide" decide li 2020-03-12T08:00:00+08:00 1 rejected --en no
exits 1 "nor does another office's supervisor" decide qian 2020-03-12T08:00:00+08:00 1 rejected --en no
exits 1 "nor who entered the case" decide enter 2020-03-12T08:00:00+08:00 1 rejected --en no
holds "and is told so" grep -q "enter entered what the colour rests on" "$FOLDER/err"
exits 3 "an answer says why" decide sun 2020-03-12T08:00:00+08:00 1 rejected
exits 3 "what is rejected corrects nothing" decide sun 2020-03-12T08:00:00+08:00 1 rejected --en no --case C1
exits 3 "who upholds says what was corrected" decide sun 2020-03-12T08:00:00+08:00 1 upheld --en yes
exits 3 "one thing" decide sun 2020-03-12T08:00:00+08:00 1 upheld --en yes --case C1 --import 1
exits 3 "not a case that is one" decide sun 2020-03-12T08:00:00+08:00 1 upheld --en yes --case C1
exits 3 "not a case that is none" decide sun 2020-03-12T08:00:00+08:00 1 upheld --en yes --case C9
exits 3 "not an import that stands as it stood" decide sun 2020-03-12T08:00:00+08:00 1 upheld --en yes --import "$(H --json import list | jq -s '[.[] | select(.kind == "cases")] | last | .import')"
printf 'place,kind,name,division,country\nshop,venue,店,330110,CN\n' >"$FOLDER/shop.csv"
as zhao 2020-03-12T08:30:00+08:00 import places "$FOLDER/shop.csv" >/dev/null
exits 3 "nor one that has nothing to do with it" decide sun 2020-03-12T09:00:00+08:00 1 upheld --en yes --import "$(H --json import list | jq -s 'last | .import')"
exits 1 "there is no other appeal" decide sun 2020-03-12T09:00:00+08:00 7 rejected --en no
is '["open"]' "$(appeal 2020-03-12T09:00:00+08:00 1 .state)" "none of it decided anything"
stays=$(H --json import list | jq -s '[.[] | select(.kind == "stays")] | last | .import')
exits 0 "the stays were somebody else's: their import is undone" as zhao 2020-03-12T10:00:00+08:00 import undo "$stays"
is green "$(colour 2020-03-12T10:00:00+08:00 "$CLOSE")" "that gives the colour back"
is '["open"]' "$(appeal 2020-03-12T10:00:00+08:00 1 .state)" "and leaves the appeal to the office"
exits 0 "which upholds it" decide sun 2020-03-12T11:00:00+08:00 1 upheld --zh 停留记录有误，已撤销 --en "the stays were wrong and are withdrawn" --import "$stays"
is "[\"upheld\",\"sun\",{\"import\":$stays},false]" "$(appeal 2020-03-20T12:00:00+08:00 1 '.state, .decided_by, .correction, .overdue')" "by whom, and what was corrected, stands in it"
exits 1 "once" decide zhao 2020-03-12T12:00:00+08:00 1 rejected --en no
holds "the person is told, in both languages" grep -q '"kind":"appeal-decided".*停留记录有误，已撤销.*the stays were wrong' "$STORE/outbox.jsonl"
H --json ledger show >"$FOLDER/ledger"
body() { jq -c 'select(.kind == "'"$1"'") | .body | if type == "string" then fromjson else . end' "$FOLDER/ledger"; }
json_holds "the ledger has that it was opened" '.appeal == 1 and .by == "desk" and .colour == "red" and (.person | length == 64)' "$(body appeal.opened)"
json_holds "and what was decided, signed" '.by == "sun" and (.signature | length == 128) and .act.decision == "upheld" and .act.correction == {"import": '"$stays"'}' "$(body appeal.decided)"
! grep -qE "茶馆|已撤销|withdrawn and|were wrong" "$FOLDER/ledger" || fail "the ledger has words"
ok "and no words"
exits 0 "a sound ledger" H ledger verify

# A colour by hand: another pair of people.
propose() { as "$1" "$2" --json override propose "$OTHER" --pack $PACK --colour "$3" --cause "$4" --until 2020-03-25T00:00:00+08:00; }
cause=$(jq -r '.override_causes[0]' "$FOLDER/$PACK/pack.json")
exits 0 "two officers set a colour by hand" propose zhao 2020-03-13T08:00:00+08:00 red "$cause"
exits 0 "two" as qian 2020-03-13T09:00:00+08:00 override approve "$(jq .override "$FOLDER/out")"
is red "$(colour 2020-03-13T09:00:00+08:00 "$OTHER")" "it is red"
exits 0 "which is appealed against" say desk 2020-03-13T10:00:00+08:00 "$OTHER" "没有理由"
exits 1 "who proposed it does not decide" decide zhao 2020-03-13T11:00:00+08:00 2 rejected --en no
exits 3 "what was proposed before is no correction" decide sun 2020-03-13T11:00:00+08:00 2 upheld --en yes --override 1
exits 0 "another colour is proposed" propose sun 2020-03-13T12:00:00+08:00 green "$cause"
exits 0 "with which the appeal is upheld" decide sun 2020-03-13T12:30:00+08:00 2 upheld --en yes --override 2
is red "$(colour 2020-03-13T12:30:00+08:00 "$OTHER")" "the colour waits for the second signature"
exits 0 "which comes" as zhao 2020-03-13T13:00:00+08:00 override approve 2
is green "$(colour 2020-03-13T13:00:00+08:00 "$OTHER")" "then it is green"

# An area's level: whoever listed it does not judge of those who live in it.
cat >"$FOLDER/away.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$AWAY,居民4,13800002004,420802,2020-03-01T12:00:00+08:00,$PACK
CSV
as zhao 2020-03-13T13:10:00+08:00 import residents "$FOLDER/away.csv" >/dev/null
printf 'from,country,province,city,level\n2020-03-01,CN,湖北省,荆门市,high\n' >"$FOLDER/list.csv"
exits 0 "an officer lists a city as one of high risk" as sun 2020-03-13T13:15:00+08:00 import risk-areas "$FOLDER/list.csv"
is red "$(colour 2020-03-13T13:20:00+08:00 "$AWAY")" "who lives in a part of it is red"
exits 0 "and appeals" say desk 2020-03-13T13:30:00+08:00 "$AWAY" "我早已不住在那里"
area=$(jq .appeal "$FOLDER/out")
exits 1 "who listed the city does not decide" decide sun 2020-03-13T13:40:00+08:00 "$area" rejected --en no
holds "and is told why" grep -q "sun entered what the colour rests on" "$FOLDER/err"
exits 1 "nor takes it back" as sun 2020-03-13T13:45:00+08:00 appeal withdraw "$area"
exits 0 "another one decides" decide enter 2020-03-13T13:50:00+08:00 "$area" rejected --en "you live there"

# Rejected, said again, withdrawn.
exits 0 "the case appeals" say desk 2020-03-13T14:00:00+08:00 "$CASE" "我没有症状"
exits 0 "in vain" decide sun 2020-03-13T15:00:00+08:00 4 rejected --zh 核酸检测为阳性
exits 0 "and again" say desk 2020-03-14T08:00:00+08:00 "$CASE" "已转阴"
is '{"appeal":5,"state":"open"}' "$(cat "$FOLDER/out")" "which is another one, since the first was answered"
exits 0 "it is taken back" as desk 2020-03-14T09:00:00+08:00 appeal withdraw 5
holds "which the person is told" grep -q '"kind":"appeal-withdrawn".*申诉5.*appeal 5' "$STORE/outbox.jsonl"
exits 1 "once" as desk 2020-03-14T09:00:00+08:00 appeal withdraw 5
exits 1 "and not decided any more" decide sun 2020-03-14T10:00:00+08:00 5 rejected --en no
is 'open:0 rejected:2 upheld:2 withdrawn:1' "$(for s in open rejected upheld withdrawn; do echo "$s:$(at 2020-03-14T12:00:00+08:00 --json appeal list --state $s | wc -l)"; done | paste -sd ' ')" "each is listed by its state"
for _ in $(seq 8); do
	say desk 2020-03-14T13:00:00+08:00 "$CASE" "再说一次" >"$FOLDER/out"
	as desk 2020-03-14T13:00:00+08:00 appeal withdraw "$(jq .appeal "$FOLDER/out")" >/dev/null
done
exits 1 "ten a day are enough" say desk 2020-03-14T13:30:00+08:00 "$CASE" "再说一次"

# The scorecard.
score=$(at 2020-03-14T14:00:00+08:00 --json pack score $PACK)
json_holds "the scorecard has the appeals by what became of them" '.appeals == {"open": 0, "rejected": 2, "upheld": 2, "withdrawn": 9}' "$score"
json_holds "and by rule" '[.rules[] | select(.appeals.upheld > 0)] | length >= 2' "$score"

# Forgotten.
exits 0 "long after" at 2020-04-11T23:59:59+08:00 --json purge
is 0 "$(jq .appeals "$FOLDER/out")" "what ended is kept as long as the pack says"
exits 0 "longer" at 2020-04-12T08:00:00+08:00 --json purge
is 1 "$(jq .appeals "$FOLDER/out")" "then it is forgotten"
exits 0 "its number stays" as sun 2020-04-12T09:00:00+08:00 --json appeal show 1
json_holds "with its outcome, and whose it was no more" '.person == null and .words == null and .answer == null and .state == "upheld"' "$(cat "$FOLDER/out")"
is 0 "$(at 2020-04-12T10:00:00+08:00 --json purge | jq .appeals)" "once"
exits 0 "a sound store" H check
