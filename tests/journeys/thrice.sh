# Messages come in any order, more than once, and the machine dies in the middle: the end is the same. A set of messages is taken once in order;
# then each three times in a random order; then once in order with a kill -9 at random moments, each of them run again.
. "$(dirname "$0")/lib.sh"

SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
MOMENTS=${MOMENTS:-50}
echo "the seed is $SEED: SEED=$SEED repeats this run"
HEALTHCODE=${HEALTHCODE_PLAIN:-$HEALTHCODE} # a preloaded library and the address sanitizer do not go together
CRASH=
for folder in "$(dirname "$HEALTHCODE")" "$SOURCE/build-test" "$SOURCE/build"; do
	[ -n "$CRASH" ] || CRASH=$folder/tests/journeys/libcrash_at.so
	[ -e "$CRASH" ] || CRASH=
done
[ -n "$CRASH" ] || fail "tests/journeys/crash_at.c is not built: ninja -C build-test"

PACK=ningbo-2020
WANG=$(id_number 330110 19800101 011)
HOME_MATE=$(id_number 330110 19810101 011)
CLOSE=$(id_number 330110 19820101 011)
LI=$(id_number 330110 19850505 021)
NAMESAKE=$(id_number 330110 19850505 041)
FAR=$(id_number 330110 19900909 021)
people=("$WANG" "$HOME_MATE" "$CLOSE" "$LI" "$NAMESAKE" "$FAR")
NOW=2020-03-12T08:00:00+08:00

cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,330110,CN
tea-house,venue,茶馆,330110,CN
CSV

# What comes: each file a message, a new kind of it each time one may come late, twice or before another.
messages=$FOLDER/messages
mkdir "$messages"
row() { # KIND NAME HEADING ROW...
	local kind=$1 name=$2
	shift 2
	printf '%s\n' "$@" >"$messages/$kind.$name"
}
resident() { row residents "$1" id_number,name,phone,division,applied_at,jurisdiction "$2,$3,$4,330110,2020-03-01T12:00:00+08:00,$PACK"; }
resident wang "$WANG" 王伟 13800002001
resident home "$HOME_MATE" 王芳 13800002001
resident close "$CLOSE" 张敏 13800002002
resident li "$LI" 李娜 13800002003
resident namesake "$NAMESAKE" 李娜 13800002003
resident far "$FAR" 陈静 13800002004
row stays tea id_number,place,from,to,seat "$WANG,tea-house,2020-03-09T09:00:00+08:00,2020-03-09T11:00:00+08:00,7" \
	"$CLOSE,tea-house,2020-03-09T09:30:00+08:00,2020-03-09T12:00:00+08:00,7"
row stays flat id_number,place,from,to,seat "$WANG,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00," \
	"$HOME_MATE,flat,2020-03-09T18:00:00+08:00,2020-03-10T08:00:00+08:00,"
row checkins far id_number,at,temperature_c "$FAR,2020-03-11T07:00:00+08:00,36.6"
row cases suspected case,id_number,status,onset,confirmed_at "k1,$FAR,suspected,2020-03-10T08:00:00+08:00,2020-03-10T20:00:00+08:00"
row cases discarded case,id_number,status,confirmed_at "k1,$FAR,discarded,2020-03-11T20:00:00+08:00"
# report NAME ORDER PID-3 PID-5 PID-7 PID-13 RESULT STATUS REPORTED
report() {
	printf '%s\r' "MSH|^~\\&|LIS|市一医院^330100^L|HC|HD|$9+0800||ORU^R01^ORU_R01|$1|P|2.5.1|||||CHN|UNICODE UTF-8" \
		"PID|1||$3||$4||$5|M|||||$6" "OBR|1||$2|94500-6^SARS-CoV-2 RNA^LN|||20200310100000+0800|||||||||||||||$9+0800|||F" \
		"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||$7^x^SCT||||||$8" >"$messages/labs.$1"
}
POSITIVE=260373001
NEGATIVE=260415000
report by-ward o1 'p1^^^LIS^PI' '王^伟' 19800101 13800002001 $POSITIVE F 20200311070000
report by-card o2 "$WANG^^^CHN^NNCHN" '王^伟' 19800101 '' $POSITIVE F 20200311080000
report mistaken o3 "$CLOSE^^^CHN^NNCHN" '张^敏' 19820101 '' $POSITIVE F 20200311070000
report mended o3 "$CLOSE^^^CHN^NNCHN" '张^敏' 19820101 '' $NEGATIVE C 20200311090000
report which-li o4 'p4^^^LIS^PI' '李^娜' 19850505 13800002003 $POSITIVE F 20200311070000
report which-li-later o5 'p4^^^LIS^PI' '李 娜' '' '' $NEGATIVE F 20200311100000

STORE=$FOLDER/store
H() { "$HEALTHCODE" --data "$STORE" --now $NOW "$@"; }
prepare() {
	rm -rf "$STORE"
	"$HEALTHCODE" --data "$STORE" init --pack "$SOURCE/packs/$PACK" --clock $NOW 2>/dev/null
	no_cases 330100 | H import areas - >/dev/null
	H import places "$FOLDER/places.csv" >/dev/null
}
# step NAME: a message, or "evaluate"
step() {
	if [ "$1" = evaluate ]; then H evaluate; else H import "${1%%.*}" "$messages/$1"; fi >"$FOLDER/out" 2>"$FOLDER/err"
}
# What people and the office would see; people's numbers are random.
state() {
	for person in "${people[@]}"; do
		H --json explain "$person" --pack $PACK | jq -c 'del(.person)'
		H --json task show "$person" 2>/dev/null | jq -Sc 'del(.person) | del(.. | .case?)' || true
	done
	H --json match list | jq -sc 'map([.state, .score, .compared]) | sort'
	"$HEALTHCODE" --data "$STORE" ledger verify >/dev/null && echo "the ledger verifies"
}

in_order=(residents.{wang,home,close,li,namesake,far} stays.{tea,flat} checkins.far cases.{suspected,discarded}
	labs.{by-ward,by-card,mistaken,mended,which-li,which-li-later} evaluate)
prepare
for name in "${in_order[@]}"; do step "$name" || fail "$name: $(cat "$FOLDER/err")"; done
state >"$FOLDER/wanted"
json_holds "in order: a case, its contact at home, one mended, one who may be either of two" \
	'map(.colour) == ["red", "red", "red", "green", "green", "green"]' "$(grep -h '"colour"' "$FOLDER/wanted" | jq -sc .)"
json_holds "and a list for whom it cannot be told" 'map(.[0]) == ["automatic", "waiting", "waiting"]' "$(grep '^\[\[' "$FOLDER/wanted")"

# Thrice, in random order, evaluated now and then.
random() { openssl enc -aes-256-ctr -pass "pass:$SEED $1" -nosalt -in /dev/zero 2>/dev/null; }
for round in 1 2 3; do
	prepare
	for name in "${in_order[@]}" "${in_order[@]}" "${in_order[@]}"; do echo "$name"; done | shuf --random-source=<(random $round) >"$FOLDER/order"
	while read -r name; do step "$name" || fail "$name: $(cat "$FOLDER/err") (seed $SEED, round $round)"; done <"$FOLDER/order"
	step evaluate
	state >"$FOLDER/got"
	diff "$FOLDER/wanted" "$FOLDER/got" >&2 || fail "each message three times in a random order: another end (seed $SEED, round $round)"
done
ok "each message three times in a random order, three times over, ends as once in order"

# Killed: a store before each step, and how many calls a step makes.
prepare
calls=()
for i in "${!in_order[@]}"; do
	cp -r "$STORE" "$FOLDER/before.$i"
	LD_PRELOAD=$CRASH CRASH_PHASE=$FOLDER/phase step "${in_order[i]}" || fail "${in_order[i]} does not run: $(cat "$FOLDER/err")"
	calls+=("$(cat "$FOLDER/phase")")
done
killed=0
while read -r draw; do
	i=$((draw % ${#in_order[@]}))
	at=$((draw / ${#in_order[@]} % calls[i] + 1))
	rm -rf "$STORE" && cp -r "$FOLDER/before.$i" "$STORE"
	if ! (LD_PRELOAD=$CRASH CRASH_AT=$at CRASH_PHASE=$FOLDER/phase step "${in_order[i]}") 2>/dev/null; then killed=$((killed + 1)); fi
	for name in "${in_order[@]:i}"; do step "$name" || fail "$name after a kill in ${in_order[i]} before call $at: $(cat "$FOLDER/err") (seed $SEED)"; done
	state >"$FOLDER/got"
	diff "$FOLDER/wanted" "$FOLDER/got" >&2 || fail "another end after a kill in ${in_order[i]} before call $at: $(cat "$FOLDER/phase") (seed $SEED)"
done < <(random kill | od -An -v -w4 -tu4 | head -n "$MOMENTS" | tr -d ' ')
[ "$killed" -ge $((MOMENTS / 2)) ] || fail "only $killed of $MOMENTS were killed"
ok "killed at $MOMENTS random moments, ends as if nothing had happened"
