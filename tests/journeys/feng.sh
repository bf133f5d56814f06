# Feng lives in Jingmen and works in Ningbo. The real counts of spring 2020 decide when she may go back.
. "$(dirname "$0")/lib.sh"

SERIES=$SOURCE/share/areas/china-2020.csv
FENG=$(id_number 420802 19880612 002)
FATHER=$(id_number 420802 19581103 001)
MOTHER=$(id_number 420802 19600421 004)
NEIGHBOUR=$(id_number 420106 19790130 003)

cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,address,applied_at,jurisdiction,guardian_id_number
$FENG,冯丽,13800000001,420802,泉口街道1号,2020-02-20T09:00:00+08:00,ningbo-2020,
$FENG,冯丽,13800000001,420802,泉口街道1号,2020-03-01T10:00:00+08:00,hubei-2020,
$FATHER,冯建国,13800000001,420802,泉口街道1号,2020-02-20T09:05:00+08:00,ningbo-2020,$FENG
$FATHER,冯建国,13800000001,420802,泉口街道1号,2020-03-01T10:05:00+08:00,hubei-2020,$FENG
$MOTHER,王秀英,13800000001,420802,泉口街道1号,2020-02-20T09:10:00+08:00,ningbo-2020,$FENG
$MOTHER,王秀英,13800000001,420802,泉口街道1号,2020-03-01T10:10:00+08:00,hubei-2020,$FENG
$NEIGHBOUR,周强,13800000002,420106,中南路9号,2020-02-20T11:00:00+08:00,ningbo-2020,
CSV
{
	echo id_number,at,temperature_c,symptoms,contact
	for day in $(days 2020-02-20 2020-04-10); do
		for person in "$FENG" "$FATHER" "$MOTHER" "$NEIGHBOUR"; do
			echo "$person,${day}T20:00:00+08:00,36.5,,no"
		done
	done
} >"$FOLDER/checkins.csv"
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
huzhou-rest-stop,venue,湖州服务区,330502,CN
CSV

# store NAME SERIES KIND=FILE...: a new store with these imports in this order
store() {
	local folder=$FOLDER/$1
	shift
	"$HEALTHCODE" --data "$folder" init --pack "$SOURCE/packs/ningbo-2020" "$SOURCE/packs/hubei-2020" \
		--clock 2020-03-24T08:00:00+08:00 >/dev/null
	for import in "$@"; do
		"$HEALTHCODE" --data "$folder" import "${import%%=*}" "${import#*=}" >>"$FOLDER/imports" 2>&1 || { code=$?; [ $code -eq 3 ] && [ "${import%%=*}" = areas ] || { tail -n 3 "$FOLDER/imports" >&2; fail "import ${import%%=*}: exit $code"; }; }
	done
}

explain() { # STORE TIME PERSON PACK
	"$HEALTHCODE" --data "$FOLDER/$1" --now "$2" --json explain "$3" --pack "$4"
}
colour() { explain "$@" | jq -r .colour; }

store first residents="$FOLDER/residents.csv" places="$FOLDER/places.csv" checkins="$FOLDER/checkins.csv" areas="$SERIES"

for person in "$FENG" "$FATHER" "$MOTHER"; do
	is red "$(colour first 2020-02-21T12:00:00+08:00 "$person" ningbo-2020)" "in February Ningbo's code is red"
	is red "$(colour first 2020-03-17T23:59:59+08:00 "$person" ningbo-2020)" "still red a second before Jingmen's risk falls"
	is green "$(colour first 2020-03-18T00:00:00+08:00 "$person" ningbo-2020)" "green as Jingmen's risk falls"
	is gray "$(colour first 2020-03-02T12:00:00+08:00 "$person" hubei-2020)" "Hubei's code is gray at first"
	is gray "$(colour first 2020-03-15T09:59:00+08:00 "$person" hubei-2020)" "gray for fourteen days"
	is green "$(colour first 2020-03-15T12:00:00+08:00 "$person" hubei-2020)" "then green"
	is green "$(colour first 2020-03-24T08:00:00+08:00 "$person" ningbo-2020)" "Ningbo's code is green on 24 March"
	is green "$(colour first 2020-03-24T08:00:00+08:00 "$person" hubei-2020)" "Hubei's code is green on 24 March"
done
is red "$(colour first 2020-03-24T08:00:00+08:00 "$NEIGHBOUR" ningbo-2020)" "the neighbour from Wuhan is still red in Ningbo"

red=$(explain first 2020-02-25T12:00:00+08:00 "$FENG" ningbo-2020)
json_holds "red has a rule, a reason in two languages and evidence" \
	'.rules | length > 0 and all(.[]; .id and .reason.zh and .reason.en and (.evidence | length > 0))' "$red"
is 2020-02-20T09:00:00+08:00 "$(jq -r .since <<<"$red")" "red since she applied"
json_holds "the policy is named by its hash" '.policy | test("^[0-9a-f]{64}$")' "$red"
green=$(explain first 2020-03-24T08:00:00+08:00 "$FENG" ningbo-2020)
is 2020-03-18T00:00:00+08:00 "$(jq -r .since <<<"$green")" "green since Jingmen's risk fell"
is "2020-03-15T10:00:00+08:00 green" \
	"$(explain first 2020-03-14T08:00:00+08:00 "$FENG" hubei-2020 | jq -r '.next | "\(.at) \(.colour)"')" \
	"gray says when it ends"

# The same evidence in another order gives the same bytes, every day.
store second areas="$SERIES" checkins="$FOLDER/checkins.csv" places="$FOLDER/places.csv" residents="$FOLDER/residents.csv"
replay() {
	for day in $(days 2020-02-20 2020-03-24); do
		for pack in ningbo-2020 hubei-2020; do
			explain "$1" "${day}T12:00:00+08:00" "$FENG" "$pack" || true
		done
	done 2>/dev/null
}
replay first >"$FOLDER/replay-first"
replay second >"$FOLDER/replay-second"
holds "every day is replayed with the same bytes from a second store, imported in another order" \
	cmp "$FOLDER/replay-first" "$FOLDER/replay-second"
"$HEALTHCODE" --data "$FOLDER/first" evaluate >/dev/null
replay first >"$FOLDER/replay-again"
holds "and once more after an evaluation" cmp "$FOLDER/replay-first" "$FOLDER/replay-again"

# The guard at the Huzhou rest stop.
code=$("$HEALTHCODE" --data "$FOLDER/first" --now 2020-03-24T08:00:00+08:00 code issue "$FENG" --pack ningbo-2020)
"$HEALTHCODE" --data "$FOLDER/first" trust export >"$FOLDER/trust"
verdict=$("$HEALTHCODE" --data "$FOLDER/first" --now 2020-03-24T08:00:10+08:00 --json gate check "$code" \
	--place huzhou-rest-stop --temperature 36.4)
is pass "$(jq -r .verdict <<<"$verdict")" "the gate says pass"
if grep -qE '420802|4208|Jingmen|荆门|hubei|湖北|冯|0612' <<<"$verdict"; then fail "the guard sees where she comes from: $verdict"; fi
ok "and shows no trace of where she comes from"
hubei_code=$("$HEALTHCODE" --data "$FOLDER/first" --now 2020-03-24T08:00:00+08:00 code issue "$MOTHER" --pack hubei-2020)
is pass "$("$HEALTHCODE" --data "$FOLDER/first" --now 2020-03-24T08:00:10+08:00 --json gate check "$hubei_code" \
	--place huzhou-rest-stop | jq -r .verdict)" "her mother's Hubei code passes too"
exits 0 "the code is valid offline, with the trust list alone" "$HEALTHCODE" --now 2020-03-24T08:00:10+08:00 code verify "$code" --trust "$FOLDER/trust"
exits 1 "and a minute later it is worth nothing" "$HEALTHCODE" --now 2020-03-24T08:02:00+08:00 code verify "$code" --trust "$FOLDER/trust"

# Jingmen's last case seven days later: her green comes seven days later.
awk -F, -v OFS=, '$7 == "420800" && $1 >= "2020-03-03" && $1 < "2020-03-10" { $8 = 927 } { print }' "$SERIES" >"$FOLDER/later.csv"
store later residents="$FOLDER/residents.csv" places="$FOLDER/places.csv" checkins="$FOLDER/checkins.csv" areas="$FOLDER/later.csv"
is red "$(colour later 2020-03-24T23:59:59+08:00 "$FENG" ningbo-2020)" "with the last case a week later she is red a week longer"
is green "$(colour later 2020-03-25T00:00:00+08:00 "$FENG" ningbo-2020)" "and green then"

# A revision is no outbreak: 325 cases were added to Wuhan's count on 17 April. Its last case before was of 4 April.
is red "$(colour first 2020-04-18T23:59:59+08:00 "$NEIGHBOUR" ningbo-2020)" "Wuhan is not low before 14 days without a case"
is green "$(colour first 2020-04-19T00:00:00+08:00 "$NEIGHBOUR" ningbo-2020)" "and its revision of 17 April is no new case"

for word in hangzhou hubei ningbo 37.3 373; do
	if grep -rniE --include='*.c' --include='*.h' "\\b$word\\b" "$SOURCE/src" | grep -v 'divisions' | grep -vE '^[^:]+:[0-9]+:\s*(/\*|\*|//)' >"$FOLDER/found"; then
		cat "$FOLDER/found" >&2
		fail "'$word' stands in src/"
	fi
done
ok "no pack's name and no pack's number stands in src/"
exits 0 "the ledger verifies" "$HEALTHCODE" --data "$FOLDER/first" ledger verify
