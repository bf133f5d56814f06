# Times are told in the jurisdiction's zone, and an option that asks of another time is obeyed or refused, never ignored.
. "$(dirname "$0")/lib.sh"

PACK=hangzhou-2020
PERSON=$(id_number 330110 19850101 011)
printf 'id_number,name,phone,division,applied_at\n%s,一,13800000001,330110,2020-03-01T08:00:00+08:00\n' "$PERSON" >"$FOLDER/residents.csv"
printf 'id_number,at,temperature_c\n%s,2020-03-20T08:00:00+08:00,36.5\n' "$PERSON" >"$FOLDER/checkins.csv"
C() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
exits 0 "a store" C init --pack "$SOURCE/packs/$PACK" --clock 2020-03-24T08:00:00+08:00
exits 0 "an import on the 22nd" C --now 2020-03-22T08:00:00+08:00 import residents "$FOLDER/residents.csv"
exits 0 "and one on the 23rd" C --now 2020-03-23T07:00:00+08:00 import checkins "$FOLDER/checkins.csv"
exits 0 "and a user" env HEALTHCODE_PASSWORD=correct-horse-battery "$HEALTHCODE" --data "$FOLDER/store" user add wang --role supervisor

is "2020-03-22T08:00:00+08:00 2020-03-23T07:00:00+08:00" "$(C --json import list | jq -r .at | paste -sd' ')" "imports are listed in the pack's zone"
is 1 "$(C --known 2020-03-22T12:00:00+08:00 import list | wc -l)" "one of them was there on the 22nd"
holds "keys too" test -z "$(C --json key list | jq -r '.from | select(endswith("+08:00") | not)')"

C --now 2020-03-23T09:00:00+08:00 evaluate >/dev/null
holds "ledger entries too" test -z "$(C --json ledger show | jq -r '.at | select(endswith("+08:00") | not)')"
holds "also as text" grep -q ' 2020-03-23T09:00:00+08:00 evaluation' <(C ledger show)
json_holds "of what was known before, the ledger shows nothing later" \
	'length > 0 and all(.[]; .at <= "2020-03-23T12:00:00+08:00")' "$(C --known 2020-03-23T12:00:00+08:00 --json ledger show | jq -s .)"
is "$(C --known 2020-03-23T09:00:00+08:00 ledger show | sha256sum)" "$(C --now 2020-03-23T09:00:00+08:00 ledger show | sha256sum)" "and as of that moment the same"
exits 0 "an entry is proved" C --json ledger prove 0
cp "$FOLDER/out" "$FOLDER/proof"
exits 0 "whatever zone it was told in" "$HEALTHCODE" ledger verify --proof "$FOLDER/proof"

refused() { # OPTION COMMAND...
	local option=$1
	shift
	exits 2 "$1 ${2:-} refuses $option" C "$option" 2020-03-22T12:00:00+08:00 "$@"
	is 1 "$(wc -l <"$FOLDER/err")" "with one line"
}
for option in --now --known; do
	refused "$option" ledger verify
	refused "$option" ledger prove 0
	refused "$option" key list
	refused "$option" user list
	refused "$option" override list
	refused "$option" import letters
	refused "$option" gate refusals
	refused "$option" pack check "$SOURCE/packs/$PACK"
	refused "$option" serve
done
refused --known import checkins "$FOLDER/checkins.csv"
refused --known trust export
refused --known key rotate
