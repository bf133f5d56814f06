# Follow-up by the setting in which a contact met the case: at home, in a ward with and without what protects, and elsewhere.
. "$(dirname "$0")/lib.sh"

CASE=$(id_number 330110 19800101 011)
MATE=$(id_number 330110 19810101 011)
NURSE=$(id_number 330110 19820101 011)
BARE=$(id_number 330110 19830101 011)
GUEST=$(id_number 330110 19840101 011)
people=("$CASE" "$MATE" "$NURSE" "$BARE" "$GUEST")
jq '.contact.places.household.rules = [{kind: "close", setting: "household"}]
	| .contact.places.hospital = {rules: [{kind: "close", staff: true, protected: false, setting: "health-worker"},
		{kind: "close", staff: true, setting: "protected-worker"}, {kind: "co-exposed"}]}
	| .follow_up.kinds.close.settings = {
		household: {quarantine_days: 10, monitoring_days: 14, call_hours: 24, test_days: [5], checkins: true, release: {day: 5, negatives: 1}},
		"protected-worker": {quarantine_days: 0, monitoring_days: 14, call_hours: 0, test_days: [5], checkins: true}}' \
	"$SOURCE/packs/ningbo-2020/pack.json" >"$FOLDER/pack.json"
pack() { # NAME [FILTER]
	cp -r "$SOURCE/packs/ningbo-2020" "$FOLDER/$1" && jq "${2:-.}" "$FOLDER/pack.json" >"$FOLDER/$1/pack.json"
}
pack ningbo-2020
exits 0 "a pack may follow up by setting" "$HEALTHCODE" pack check "$FOLDER/ningbo-2020"
pack misspelt '.follow_up.kinds.close.settings.houshold = .follow_up.kinds.close.settings.household'
exits 3 "a setting that no contact is ever in is told" "$HEALTHCODE" pack check "$FOLDER/misspelt"
holds "with its place" grep -Eq 'pack.json:[0-9]+:[0-9]+: no rule of "contact" has this setting' "$FOLDER/err"

{
	echo id_number,name,phone,division,applied_at,jurisdiction
	n=0
	for person in "${people[@]}"; do
		n=$((n + 1))
		echo "$person,居民$n,1380000200$n,330110,2020-03-01T12:00:00+08:00,ningbo-2020"
	done
} >"$FOLDER/residents.csv"
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,330110,CN
ward,hospital,病房,330110,CN
table,meal,饭店,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat,protected
$CASE,flat,2020-03-08T20:00:00+08:00,2020-03-20T07:00:00+08:00,,
$MATE,flat,2020-03-08T18:00:00+08:00,2020-03-20T08:00:00+08:00,,
$CASE,ward,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,3,
$NURSE,ward,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,crew,yes
$BARE,ward,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,crew,no
$CASE,table,2020-03-09T12:00:00+08:00,2020-03-09T13:00:00+08:00,,
$GUEST,table,2020-03-09T12:00:00+08:00,2020-03-09T13:00:00+08:00,,
CSV
cases() { # ISOLATED_AT
	printf 'case,id_number,status,onset,confirmed_at,isolated_at\nC1,%s,confirmed,2020-03-08,2020-03-11T10:00:00+08:00,%s\n' "$CASE" "$1"
}
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
at() { local at=$1 && shift && H --now "$at" "$@"; }
# until PERSON RECORD: its end in Ningbo, by the day and hour, and in what setting
until_of() {
	at 2020-03-12T12:00:00+08:00 --json task show "$1" |
		jq -r --arg record "$2" '.[$record] | if . then "\(.until[0:13]) \([.contacts[].setting] | join("+"))" else "none" end'
}
tasks() { at 2020-03-12T12:00:00+08:00 --json task show "$1" | jq -r '[.tasks[].task] | group_by(.) | map("\(length) \(.[0])") | join(" ")'; }

H init --pack "$FOLDER/ningbo-2020" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
for kind in residents places stays; do
	exits 0 "$kind come in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T08:00:00+08:00 import $kind "$FOLDER/$kind.csv"
done
no_cases 330100 | at 2020-03-11T08:00:00+08:00 import areas - >/dev/null
cases "" >"$FOLDER/first.csv"
exits 0 "a case at home comes in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-11T10:00:00+08:00 import cases "$FOLDER/first.csv"
is "2020-03-30T16 household" "$(until_of "$MATE" quarantine)" "while nobody isolates the case, the household's exposure goes on"
is "none 2020-03-23T16 protected-worker" "$(until_of "$NURSE" quarantine) $(until_of "$NURSE" monitoring)" "who wore what protects is monitored and works on"
is "13 checkin 1 test" "$(tasks "$NURSE")" "with a check-in a day and a test"
is "2020-03-23T16 health-worker none" "$(until_of "$BARE" quarantine) $(until_of "$BARE" monitoring)" "who did not has the kind's rule"
is "2020-03-23T16 " "$(until_of "$GUEST" quarantine)" "as has who met the case elsewhere"
is red "$(at 2020-03-12T12:00:00+08:00 --json explain "$NURSE" --pack ningbo-2020 | jq -r .colour)" "colours are of the kind alone"

cases 2020-03-12T09:00:00+08:00 >"$FOLDER/isolated.csv"
exits 0 "the case is isolated" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-12T10:00:00+08:00 import cases "$FOLDER/isolated.csv"
is "2020-03-22T16 household" "$(until_of "$MATE" quarantine)" "which ends the household's exposure: ten days from then"
is "2020-03-26T16 household" "$(until_of "$MATE" monitoring)" "and four more are monitored"
is "1 call 16 checkin 1 test" "$(tasks "$MATE")" "with a check-in for each of its days"
printf 'id_number,test,result,sampled_at,reported_at\n%s,pcr,negative,2020-03-17T09:00:00+08:00,2020-03-17T18:00:00+08:00\n' "$MATE" >"$FOLDER/test.csv"
exits 0 "a negative result of the fifth day comes in" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-18T08:00:00+08:00 import labs "$FOLDER/test.csv"
ended=$(at 2020-03-18T12:00:00+08:00 --json task show "$MATE" | jq -r '"\(.quarantine.ended_at[0:13]) \(.quarantine.because) \(.monitoring.ended_at)"')
is "2020-03-17T10 tests null" "$ended" "it ends the quarantine, and not the monitoring"
holds "in words too" grep -q "monitoring from" <(at 2020-03-18T12:00:00+08:00 task show "$MATE")
printf 'case,id_number,status,confirmed_at\nC1,%s,discarded,2020-03-19T09:00:00+08:00\n' "$CASE" >"$FOLDER/none.csv"
exits 0 "the case is discarded" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-19T10:00:00+08:00 import cases "$FOLDER/none.csv"
exits 1 "then there is nobody to follow up" "$HEALTHCODE" --data "$FOLDER/store" --now 2020-03-20T08:00:00+08:00 task show "$NURSE"
