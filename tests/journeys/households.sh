# A community committee's staff apply for a household: in their own division, all people at once, with the phones that the people have. Each
# of them reads it, nobody's phone is taken over, and who has no phone gets a code on paper.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
export HEALTHCODE_PASSWORD="correct horse battery staple" HEALTHCODE_TOKEN="correct horse battery staple"
exits 0 "a store" H init --pack "$SOURCE/packs/hangzhou-2020" --clock 2020-03-24T08:00:00+08:00
son=$(id_number 330102 19800101 001) mother=$(id_number 330102 19550505 002) child=$(id_number 330102 20100505 001)
known=$(id_number 330102 19700101 001) away=$(id_number 330203 19700101 001)
exits 3 "a division that is none is refused" H user add block-7 --role committee --division 999999
exits 2 "nobody but a committee has one" H user add clinic --role clinician --division 330102
exits 0 "a committee of a district" H user add block-7 --role committee --division 330102
exits 0 "one whose division nobody told" H user add block-8 --role committee
exits 0 "a clinic" H user add clinic --role clinician
holds "the users' list has it" bash -c 'grep -q "block-7.*330102" <<<"$1"' - "$(H user list)"
printf 'id_number,name,phone,division,applied_at\n%s,赵一,13800000009,330102,2020-03-01T12:00:00+08:00\n%s,钱二,13800000008,330203,2020-03-01T12:00:00+08:00\n' \
	"$known" "$away" >"$FOLDER/residents.csv"
exits 0 "a neighbour and somebody from elsewhere" H import residents "$FOLDER/residents.csv"

serve
trap 'kill "$SERVER" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT
staff() {
	patiently POST /v1/sessions "{\"user\":\"$1\",\"password\":\"$HEALTHCODE_PASSWORD\",\"transport\":\"token\"}"
	TOKEN=$(jq -r .token <<<"$BODY")
}
staff block-7 && committee=$TOKEN
staff block-8 && other=$TOKEN
staff clinic && clinic=$TOKEN
as() { answers "$2" "$3" "$4" "$5" "${6:-}" -H "$(bearer "$1")"; }
refused() { is_problem "$2" "$3" "$4" "$5" "$6" "${7:-}" -H "$(bearer "$1")"; }
# member ID NAME [MORE]
member() { printf '{"id_number":"%s","name":"%s","symptoms":[],"contact":false,"travel":[],"promise":true%s}' "$1" "$2" "${3:-}"; }
household() { printf '{"jurisdiction":"hangzhou-2020","division":"%s","address":"文化村 3 幢","people":[%s]}' "$1" "$2"; }
three="$(member "$son" 李海 ',"phone":"13800000001"'),$(member "$mother" 王芳),$(member "$child" 李小 ',"relation":"child"')"

refused "$clinic" 403 forbidden "a clinic applies for no household" POST /v1/households "$(household 330102 "$three")"
refused "$other" 403 outside-division "nor does a committee whose division nobody told" POST /v1/households "$(household 330102 "$three")"
refused "$committee" 403 outside-division "nor one for another district" POST /v1/households "$(household 330106 "$three")"
refused "$committee" 422 invalid "what does not hold is named" POST /v1/households "$(household 330102 "$(member "$son" 李海),$(member 420802198001010019 '')")"
json_holds "by its person" '[.errors[].pointer] | index("/people/1/id_number") != null and index("/people/1/name") != null' "$BODY"
refused "$committee" 422 invalid "nobody's phone shows another's code without a phone" POST /v1/households \
	"$(household 330102 "$(member "$son" 李海),$(member "$child" 李小 ',"relation":"child"')")"
is 0 "$(H --json person show "$son" 2>/dev/null | wc -l)" "and nothing of it is kept"
as "$committee" 201 "the committee applies for three" POST /v1/households "$(household 330102 "$three")"
json_holds "and is told so" '.people == 3' "$BODY"
exits 0 "the grandmother has a colour" H code issue "$mother"
exits 0 "so has the child" H code issue "$child"
holds "the phone that was told is told so" grep -q '"kind":"household"' "$STORE/outbox.jsonl"

# The son's phone shows his code and the child's, and who applied.
patiently POST /v1/sessions/codes "{\"phone\":\"13800000001\",\"id_number\":\"$son\"}"
for _ in $(seq 100); do
	secret=$(jq -rs 'map(select(.kind == "sign-in-code")) | last.text // "" | capture("(?<code>[0-9]{6})").code' "$STORE/outbox.jsonl" 2>/dev/null || true)
	[ -z "$secret" ] || break
	sleep 0.1
done
patiently POST /v1/sessions "{\"phone\":\"13800000001\",\"id_number\":\"$son\",\"code\":\"$secret\",\"transport\":\"token\"}"
resident=$(jq -r .token <<<"$BODY")
as "$resident" 200 "the son signs in and acts for his child" GET /v1/me
json_holds "and not for his mother" '[.people[] | [.relation, .voucher]] == [["self","confirmed"],["child","confirmed"]]' "$BODY"
as "$resident" 200 "he reads who applied for him" GET /v1/me/accesses
json_holds "by name" '.items[0] | .by == "block-7" and .purpose == "household"' "$BODY"
refused "$resident" 403 forbidden "and applies for no household himself" POST /v1/households "$(household 330102 "$three")"

# A phone that speaks for somebody stays theirs.
phone_of() { H --json person show "$1" | jq -r .identity.phone; }
own=$(phone_of "$known")
as "$committee" 201 "applying for a neighbour with another phone" POST /v1/households "$(household 330102 "$(member "$known" 赵一 ',"phone":"13800000007"')")"
patiently POST /v1/sessions/codes "{\"phone\":\"13800000009\",\"id_number\":\"$known\"}"
holds "tells their phone that another one claims them" grep -q '"kind":"claim-contested"' "$STORE/outbox.jsonl"
holds "and vouches for no other" bash -c '! grep -q "\"kind\":\"voucher-replaced\"" "$1"' - "$STORE/outbox.jsonl"
is "$own" "$(phone_of "$known")" "it is the phone that is kept"
as "$committee" 201 "applying for them as the son's dependant" POST /v1/households \
	"$(household 330102 "$(member "$son" 李海 ',"phone":"13800000001"'),$(member "$known" 赵一 ',"relation":"other"')")"
not_his() {
	as "$resident" 200 "$1" GET /v1/me
	json_holds "by himself and his child alone" '[.people[] | select(.voucher == "confirmed").relation] | sort == ["child", "self"]' "$BODY"
	json_holds "who reads of nobody else" 'all(.people[]; .voucher == "confirmed" or (.name == "" and .jurisdictions == []))' "$BODY"
	is "$own" "$(phone_of "$known")" "and the neighbour's phone is kept"
}
not_his "leaves what he acts for"
import_ward() {
	printf 'id_number,name,phone,division,applied_at,guardian_id_number\n%s,赵一,%s,330102,2020-03-24T08:00:00+08:00,%s\n' "$known" "$1" "$son" >"$FOLDER/ward.csv"
	exits 0 "a committee's file says so" H --as block-7 import residents "$FOLDER/ward.csv"
}
import_ward 13800000001
not_his "which says nothing with the son's phone"
import_ward 13800000009
not_his "nor with the neighbour's own"

# On paper.
answers 200 "the committee prints codes" POST /v1/paper-codes "{\"jurisdiction\":\"hangzhou-2020\",\"id_numbers\":[\"$mother\",\"$son\"]}" -H "$(bearer "$committee")"
is application/pdf "$(header Content-Type)" "to be printed"
holds "a page each" bash -c '[ "$(grep -ac "/Type /Page %" "$1")" = 2 ]' - "$FOLDER/body"
refused "$committee" 422 invalid "of nobody from elsewhere" POST /v1/paper-codes "{\"jurisdiction\":\"hangzhou-2020\",\"id_numbers\":[\"$away\"]}"
elsewhere=$BODY
refused "$committee" 422 invalid "nor of a number that nobody has" POST /v1/paper-codes "{\"jurisdiction\":\"hangzhou-2020\",\"id_numbers\":[\"$(id_number 330102 19900101 009)\"]}"
is "$elsewhere" "$BODY" "which is answered alike"
as "$resident" 200 "who is printed reads so" GET /v1/me/accesses
json_holds "too" '.items[0] | .by == "block-7" and .purpose == "code on paper"' "$BODY"
exits 0 "the command line prints several" H code issue "$mother" "$child" --paper "$FOLDER/two.pdf"
holds "on a page each, too" bash -c '[ "$(grep -ac "/Type /Page %" "$1")" = 2 ]' - "$FOLDER/two.pdf"
exits 2 "but issues one code otherwise" H code issue "$mother" "$child"

# Many at once, by a file.
new=$(id_number 330102 19850101 003)
printf 'id_number,name,phone,division,applied_at\n%s,孙三,13800000003,330102,2020-03-24T08:00:00+08:00\n%s,钱二,13800000008,330203,2020-03-24T08:00:00+08:00\n' \
	"$new" "$away" >"$FOLDER/block.csv"
exits 3 "a committee imports residents" H --as block-7 --json import residents "$FOLDER/block.csv"
json_holds "of its own division alone" '.new == 1 and .rejected == 1' "$(<"$FOLDER/out")"
holds "and says which row is not" grep -q "block.csv:3:.*division" "$FOLDER/err"
exits 1 "it imports nothing else" H --as block-7 import checkins "$FOLDER/block.csv"
exits 0 "all of it stands in the ledger" H ledger verify
