# One person, however their number is written; and knowing a number tells nobody anything.
. "$(dirname "$0")/lib.sh"

PACK=hangzhou-2020
OLD=$(id_number 330110 19491231 002)      # in the form of before 1999: 15 digits, without century and check digit
OLD_FIFTEEN=${OLD:0:6}${OLD:8:9}
WITH_X=
for serial in $(seq 100 130); do
	number=$(id_number 330110 19850101 "$serial")
	case $number in *X) WITH_X=$number && break ;; esac
done
[ -n "$WITH_X" ] || fail "no number with X was made"
SPACED="${WITH_X:0:6} ${WITH_X:6:8} ${WITH_X:14:3}x"
CHILD=$(id_number 330110 20150601 003)
STRANGER=$(id_number 330110 19700101 009)
PASSPORT=E12345678

cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,address,applied_at,jurisdiction,guardian_id_number
$WITH_X,陈晨,13800000001,330110,五常街道1号,2020-03-01T10:00:00+08:00,$PACK,
${WITH_X%X}x,陈晨,13800000001,330110,五常街道1号,2020-03-01T10:00:00+08:00,$PACK,
$SPACED,陈晨,13800000001,330110,五常街道1号,2020-03-01T10:00:00+08:00,$PACK,
$OLD,老王,13800000002,330110,五常街道2号,2020-03-01T10:00:00+08:00,$PACK,
$OLD_FIFTEEN,老王,13800000002,330110,五常街道2号,2020-03-01T10:00:00+08:00,$PACK,
$PASSPORT,Ann Lee,13800000003,330110,五常街道3号,2020-03-01T10:00:00+08:00,$PACK,
$CHILD,陈小,13800000001,330110,五常街道1号,2020-03-01T10:05:00+08:00,$PACK,$WITH_X
CSV
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }

H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-02T08:00:00+08:00 2>/dev/null
is "residents: 4 new, 0 changed, 3 unchanged, 0 rejected" "$(H import residents "$FOLDER/residents.csv")" \
	"seven rows are four people: lower-case x, spaces and fifteen digits are the same number"
is "residents: 0 new, 0 changed, 7 unchanged, 0 rejected" "$(H import residents "$FOLDER/residents.csv")" "the same file again changes nothing"

number() { H --json person show "$1" | jq -r .person; }
is "$(number "$WITH_X")" "$(number "${WITH_X%X}x")" "lower-case x is found"
is "$(number "$WITH_X")" "$(number "$SPACED")" "spaces do not matter"
is "$(number "$OLD")" "$(number "$OLD_FIFTEEN")" "fifteen digits find eighteen"
is "$(number "$OLD")" "$(number "$(number "$OLD")")" "a person's number finds them too"
is "$(number $PASSPORT)" "$(number e12345678)" "a passport's letters may be small"
for person in "$WITH_X" "$OLD_FIFTEEN" $PASSPORT "$CHILD"; do
	is green "$(H --json explain "$person" --pack $PACK | jq -r .colour)" "everyone has a code"
done

shown=$(H person show "$WITH_X" && H --json person show "$WITH_X")
for secret in "$WITH_X" 19850101 陈晨 13800000001 五常街道; do
	! grep -qF "$secret" <<<"$shown" || fail "person show tells $secret: $shown"
done
ok "person show masks name, number, birthday, phone and address"
json_holds "it shows the application and the child she acts for" \
	'(.applications | length == 1) and (.dependants | length == 1)' "$(H --json person show "$WITH_X")"
json_holds "each look is there to be read" '.accesses | length >= 2' "$(H --json person show "$WITH_X")"

for command in "person show" "explain" "travel-card" "code issue --pack $PACK"; do
	exits 1 "$command: who is not known is refused" "$HEALTHCODE" --data "$FOLDER/store" $command "$STRANGER"
	[ ! -s "$FOLDER/out" ] || fail "$command says something of a stranger: $(cat "$FOLDER/out")"
	is 1 "$(wc -l <"$FOLDER/err")" "with one line"
	! grep -qF "$STRANGER" "$FOLDER/err" || fail "the line repeats the number: $(cat "$FOLDER/err")"
done
exits 3 "a number with a wrong check digit is bad input" "$HEALTHCODE" --data "$FOLDER/store" person show "${STRANGER:0:17}$(((${STRANGER: -1} + 1) % 10))"

if grep -rlaE "$WITH_X|$OLD|$CHILD|$PASSPORT|陈晨|老王|13800000001|五常街道" "$FOLDER/store"; then fail "an identity stands in the store in clear"; fi
ok "nothing of an identity stands in the store's files in clear"

export HEALTHCODE_PASSWORD=correct-horse-battery
exits 0 "a user is added" "$HEALTHCODE" --data "$FOLDER/store" user add wang --role supervisor
exits 1 "not twice" "$HEALTHCODE" --data "$FOLDER/store" user add wang --role gate
exits 2 "a role that is none is refused" "$HEALTHCODE" --data "$FOLDER/store" user add li --role king
holds "the user is listed" grep -q "wang.*supervisor" <(H user list)
exits 1 "nobody acts in another's name" env HEALTHCODE_TOKEN=wrong "$HEALTHCODE" --data "$FOLDER/store" --as wang person show "$OLD"
HEALTHCODE_TOKEN=$HEALTHCODE_PASSWORD exits 0 "the password says who looks" "$HEALTHCODE" --data "$FOLDER/store" --as wang person show "$OLD"
json_holds "and the person can read who it was" 'any(.accesses[]; .by == "wang")' "$(H --json person show "$OLD")"
exits 0 "a store that is up to date stays so" "$HEALTHCODE" --data "$FOLDER/store" migrate
exits 4 "and none is made by it" "$HEALTHCODE" --data "$FOLDER/nowhere" migrate
exits 0 "the ledger verifies" "$HEALTHCODE" --data "$FOLDER/store" ledger verify
holds "and holds the new user" grep -q user.added <(H ledger show)
