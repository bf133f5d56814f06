# Who is it: a laboratory tells of people without ID numbers, and nobody is taken for somebody else by a guess.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
WANG=$(id_number 330110 19800101 011)
CLOSE=$(id_number 330110 19820101 011)
LI=$(id_number 330110 19850505 021)
FAR=$(id_number 330110 19900909 021)
people=("$WANG" "$CLOSE" "$LI" "$FAR")
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$WANG,王伟,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK
$CLOSE,张敏,13800002002,330110,2020-03-01T12:00:00+08:00,$PACK
$LI,李娜,13800002003,330110,2020-03-01T12:00:00+08:00,$PACK
$FAR,陈静,13800002004,330110,2020-03-01T12:00:00+08:00,$PACK
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
tea-house,venue,茶馆,330110,CN
inn,household,旅舍,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to,seat
$WANG,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7
$CLOSE,tea-house,2020-03-09T09:30:00+08:00,2020-03-09T12:00:00+08:00,7
CSV

# message CONTROL PATIENT NAME BIRTH PHONE RESULT STATUS: of somebody whom the laboratory knows by a number of its own
message() {
	printf '%s\r' "MSH|^~\\&|LIS|市一医院^330100^L|HC|HD|20200311070000+0800||ORU^R01^ORU_R01|$1|P|2.5.1|||||CHN|UNICODE UTF-8" \
		"PID|1||$2^^^LIS^PI||$3||$4|M|||||$5" \
		"OBR|1||o-$2|94500-6^SARS-CoV-2 RNA^LN|||20200310100000+0800|||||||||||||||2020031107000${8:-0}+0800|||F" \
		"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||$6^x^SCT||||||$7" >"$FOLDER/$1.hl7"
}
POSITIVE=260373001
NEGATIVE=260415000
message all-three p1 '王^伟' 19800101 '+86 138-0000-2001' $POSITIVE F
message all-three-mended p1 '王^伟' 19800101 '+86 138-0000-2001' $NEGATIVE C 9
message two-of-three p2 '李 娜' 19850505 '' $POSITIVE F
message a-name-alone p3 '陈静' '' '' $POSITIVE F
message pinyin p4 'CHEN^JING' 19900909 13800002004 $POSITIVE F

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
as() {
	local user=$1
	shift
	HEALTHCODE_TOKEN="password of $user" H --as "$user" "$@"
}
prepare() {
	STORE=$1
	H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-11T08:00:00+08:00 2>/dev/null
	for user in zhang:supervisor chen:supervisor; do
		HEALTHCODE_PASSWORD="password of ${user%:*}" H user add "${user%:*}" --role "${user#*:}" >/dev/null
	done
	no_cases 330100 | H import areas - >/dev/null
}
take() { H import labs "$FOLDER/$1.hl7" >/dev/null; }
fill() {
	for kind in residents places stays; do H import $kind "$FOLDER/$kind.csv" >/dev/null; done
	H evaluate >/dev/null
}
explained() { H --now 2020-03-11T12:00:00+08:00 --json explain "$1" --pack $PACK; }
colour() { explained "$1" | jq -r .colour; }
colours() { for person in "${people[@]}"; do colour "$person"; done | tr '\n' ' '; }
# matches: each with what does not depend on the order in which people came
matches() { H --json match list "$@" | jq -sc 'map([.state, .score, .compared.name, .compared.birth_date, .compared.phone]) | sort'; }

prepare "$FOLDER/store"
fill
before=$(for person in "${people[@]}"; do explained "$person"; done)
is "green green green green " "$(colours)" "at first all are green"

# Nobody is taken for somebody else by a name.
take a-name-alone
H evaluate >/dev/null
is "[]" "$(matches)" "a name alone is nobody's"
is "green green green green " "$(colours)" "who is not known is a case without a code"

# Name, date of birth and phone, written another way, of one person alone.
take all-three
H evaluate >/dev/null
is '[["automatic",43.318,"agrees","agrees","agrees"]]' "$(matches)" "all three agree, with one person alone: they are one"
is "red red green green " "$(colours)" "the positive turns its person red, and whom they met"

# Two of three may be chance, or a relative's.
take two-of-three
take pinyin
H evaluate >/dev/null
is '[["waiting",26.943,"agrees","agrees","unknown"],["waiting",31.175,"unknown","agrees","agrees"]]' "$(matches --state waiting)" "who is uncertain waits, with the score"
is "red red green green " "$(colours)" "and nobody's colour changes meanwhile"
n=$(H --json match list --state waiting | jq -s '.[] | select(.compared.name == "agrees").match')
chen=$(H --json match list --state waiting | jq -s '.[] | select(.compared.name == "unknown").match')
exits 2 "to see both sides takes a purpose" H match show "$n"
exits 0 "with one they are shown" as zhang --json match show "$n" --purpose "who is p2"
json_holds "both sides" '.sides | length == 2 and .[0].id_number == "" and .[0].name == "李 娜" and .[1].name == "李娜"' "$(cat "$FOLDER/out")"
json_holds "the person reads who looked" '.accesses[0].purpose == "who is p2" and .accesses[0].by == "zhang"' "$(H --json person show "$LI")"

# A decision that makes a colour worse takes two people.
exits 2 "a decision is signed" H match accept "$n" --purpose "called the ward"
exits 0 "one person says yes" as zhang --json match accept "$n" --purpose "called the ward"
proposal=$(jq -r .proposal "$FOLDER/out")
is proposed "$(jq -r .state "$FOLDER/out")" "it makes somebody red: a second person is asked"
is green "$(colour "$LI")" "nothing changes until then"
exits 0 "a proposal is taken back" as chen match withdraw "$proposal"
exits 1 "and then approved by nobody" as chen match approve "$proposal"
exits 1 "nor taken back once more" as zhang match withdraw "$proposal"
exits 0 "it is proposed again" as zhang --json match accept "$n" --purpose "called the ward"
proposal=$(jq -r .proposal "$FOLDER/out")
exits 1 "not the same person" as zhang match approve "$proposal"
exits 1 "no override of that number" as chen override approve "$proposal"
exits 0 "another approves" as chen match approve "$proposal"
is red "$(colour "$LI")" "they are one: the positive counts"
exits 1 "what was approved is not taken back as a proposal" as zhang match withdraw "$proposal"
json_holds "who proposed stands in the list" '.by == "zhang" and .state == "accepted"' "$(H --json match list --state accepted)"

# It was a mistake. What makes no colour worse takes one person.
exits 0 "one person parts them again" as chen --json match reject "$n" --purpose "the ward was wrong"
is approved "$(jq -r .state "$FOLDER/out")" "at once"
H evaluate >/dev/null
is green "$(colour "$LI")" "the positive is somebody else's again"
exits 0 "no is said to the other" as chen match reject "$chen" --purpose "another Chen Jing"
H evaluate >/dev/null
is '["rejected","rejected"]' "$(H --json match list --state rejected | jq -sc 'map(.state)')" "what was decided stands"
exits 0 "a decision is taken back" as chen match revoke "$chen" --purpose "she was asked nothing yet"
H evaluate >/dev/null
is "waiting chen" "$(H --json match list --state waiting | jq -r '"\(.state) \(.by)"')" "it waits again, and who took it back stands there"
exits 1 "what waits was not decided" as chen match revoke "$chen" --purpose "again"
exits 0 "and decided anew" as chen match reject "$chen" --purpose "another Chen Jing"
H evaluate >/dev/null

# The laboratory mends its result: evidence that came while they were one is where it came.
take all-three-mended
H evaluate >/dev/null
is "green green green green " "$(colours)" "the case is discarded, and all are green"
automatic=$(H --json match list --state automatic | jq .match)
exits 1 "what nobody decided is not taken back" as zhang match revoke "$automatic" --purpose "test"
exits 0 "also what was automatic is parted by hand" as zhang match reject "$automatic" --purpose "test"
exits 0 "that is taken back" as zhang match revoke "$automatic" --purpose "test"
H evaluate >/dev/null
is "$automatic" "$(H --json match list --state automatic | jq .match)" "and it is automatic again"
exits 0 "and parted again" as zhang match reject "$automatic" --purpose "test"
H evaluate >/dev/null
is "$before" "$(for person in "${people[@]}"; do explained "$person"; done)" "parted, all is byte for byte what it was"
json_holds "the ledger has it all" 'map(.kind) | contains(["match.proposed", "match.approved", "match.decided", "identity.opened"])' "$(H --json ledger show --limit 500 | jq -s .)"
exits 0 "the ledger verifies" H ledger verify

# Two who agree in everything: never by a guess, in whatever order they come.
NAMESAKE=$(id_number 330110 19800101 031)
sed "s/^$FAR,.*/$NAMESAKE,王伟,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK/" "$FOLDER/residents.csv" >"$FOLDER/namesake.csv"
prepare "$FOLDER/first"
fill
take all-three
H evaluate >/dev/null
is '["automatic"]' "$(matches | jq -c 'map(.[0])')" "one is known"
H import residents "$FOLDER/namesake.csv" >/dev/null
H evaluate >/dev/null
is '["waiting","waiting"]' "$(matches | jq -c 'map(.[0])')" "a second one becomes known: both wait"
is "green green green green " "$(colours)" "and what was joined is parted"
one=$(matches)
prepare "$FOLDER/second"
take all-three
H import residents "$FOLDER/namesake.csv" >/dev/null
fill
is "$one" "$(matches)" "in another order the end is the same"

# A passport, then an ID card.
prepare "$FOLDER/third"
fill
cat >"$FOLDER/passport.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
E12345678,ZHANG MIN,13900000000,330110,2020-03-02T12:00:00+08:00,$PACK
CSV
printf 'id_number,place,from,to,seat\nE12345678,inn,2020-03-08T20:00:00+08:00,2020-03-09T07:00:00+08:00,\n%s,inn,2020-03-08T20:00:00+08:00,2020-03-09T07:00:00+08:00,\n' "$FAR" >"$FOLDER/inn.csv"
H import residents "$FOLDER/passport.csv" >/dev/null
H import stays "$FOLDER/inn.csv" >/dev/null
H evaluate >/dev/null
alone=$(explained E12345678; explained "$CLOSE"; explained "$FAR")
exits 0 "they are one" as zhang --json match join E12345678 "$CLOSE" --purpose "shows both papers"
is approved "$(jq -r .state "$FOLDER/out")" "nobody gets worse: one person is enough"
m=$(jq .match "$FOLDER/out")
printf 'case,id_number,status,confirmed_at,onset\nc1,%s,confirmed,2020-03-11T07:00:00+08:00,2020-03-09T08:00:00+08:00\n' "$CLOSE" >"$FOLDER/cases.csv"
H import cases "$FOLDER/cases.csv" >/dev/null
H evaluate >/dev/null
is "red red red red" "$(colour E12345678) $(colour "$CLOSE") $(colour "$FAR") $(colour "$WANG")" "both codes are red, and whom they met by either"
exits 0 "two again" as zhang match reject "$m" --purpose "two sisters"
H evaluate >/dev/null
is "green red green red" "$(colour E12345678) $(colour "$CLOSE") $(colour "$FAR") $(colour "$WANG")" "the case is hers alone, and so are the contacts"
H import undo "$(H --json import list | jq -s 'map(select(.kind == "cases"))[0].import')" >/dev/null
H evaluate >/dev/null
is "$alone" "$(explained E12345678; explained "$CLOSE"; explained "$FAR")" "without the case all is byte for byte what it was"
exits 0 "the store is whole" H check
