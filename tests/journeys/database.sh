# The registry's tables in PostgreSQL, the keys and stays in the store's folder: the same answers as from the embedded store.
. "$(dirname "$0")/lib.sh"

PACK=ningbo-2020
BIN=$(find /usr/lib/postgresql -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
[ -n "$BIN" ] || fail "PostgreSQL's programs are there"
as_server() { if [ "$(id -u)" -eq 0 ]; then (cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"); else "$@"; fi; }
mkdir "$FOLDER/sql"
chmod 711 "$FOLDER"
[ "$(id -u)" -ne 0 ] || chown nobody "$FOLDER/sql"
as_server "$BIN/initdb" -D "$FOLDER/sql/data" -A trust -U healthcode --no-sync -E UTF8 --locale=C >/dev/null
as_server "$BIN/pg_ctl" -D "$FOLDER/sql/data" -o "-F -k $FOLDER/sql -h ''" -l "$FOLDER/sql/log" -w start >/dev/null
trap 'as_server "$BIN/pg_ctl" -D "$FOLDER/sql/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$FOLDER"' EXIT
DATABASE="postgresql:///postgres?host=$FOLDER/sql&user=healthcode"

embedded() { "$HEALTHCODE" --data "$FOLDER/embedded" "$@"; }
server() { "$HEALTHCODE" --data "$FOLDER/beside" --database "$DATABASE" "$@"; }

CASE=$(id_number 330110 19800101 011)
MET=$(id_number 330110 19810101 011)
AWAY=$(id_number 330110 19820101 011)
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$CASE,甲,13800002001,330110,2020-03-01T12:00:00+08:00,$PACK
$MET,乙,13800002002,330110,2020-03-01T12:00:00+08:00,$PACK
$AWAY,丙,13800002003,330110,2020-03-01T12:00:00+08:00,$PACK
CSV
cat >"$FOLDER/places.csv" <<CSV
place,kind,name,division,country
flat,household,家,330110,CN
CSV
cat >"$FOLDER/stays.csv" <<CSV
id_number,place,from,to
$CASE,flat,2020-03-09T20:00:00+08:00,2020-03-10T07:00:00+08:00
$MET,flat,2020-03-09T18:00:00+08:00,2020-03-10T08:00:00+08:00
$AWAY,flat,2020-03-10T12:00:00+08:00,2020-03-10T13:00:00+08:00
CSV
cat >"$FOLDER/cases.csv" <<CSV
case,id_number,status,onset,confirmed_at,isolated_at
C1,$CASE,confirmed,2020-03-07,2020-03-11T10:00:00+08:00,2020-03-10T10:00:00+08:00
CSV
no_cases 330100 330110 >"$FOLDER/areas.csv"

NOON=2020-03-11T12:00:00+08:00
for store in embedded server; do
	$store init --pack "$SOURCE/packs/$PACK" --clock "$NOON" 2>/dev/null
	for kind in residents places stays areas cases; do
		$store --now "$NOON" import "$kind" "$FOLDER/$kind.csv"
	done >"$FOLDER/$store.imports"
	$store --now "$NOON" evaluate | sort >"$FOLDER/$store.colours"
	for person in "$CASE" "$MET" "$AWAY"; do
		$store --now "$NOON" --json explain "$person" --pack $PACK
	done >"$FOLDER/$store.reasons"
	$store --now "$NOON" --json trace C1 | jq -c 'del(.person)' >"$FOLDER/$store.contacts"
done
holds "imports say the same" diff "$FOLDER/embedded.imports" "$FOLDER/server.imports"
is "green red red " "$(jq -r .colour <"$FOLDER/server.reasons" | sort | tr '\n' ' ')" "there is something to tell apart"
holds "decisions are the same bytes" diff "$FOLDER/embedded.reasons" "$FOLDER/server.reasons"
holds "and contacts" diff "$FOLDER/embedded.contacts" "$FOLDER/server.contacts"
is "keys outbox.jsonl presence" "$(cd "$FOLDER/beside" && ls | grep -v '^outbox' | tr '\n' ' ' | sed 's/ $//;s/keys/keys outbox.jsonl/')" "beside the database are keys and stays"
exits 0 "importing again" server --now "$NOON" import cases "$FOLDER/cases.csv"
is "cases: 0 new, 0 changed, 1 unchanged, 0 rejected" "$(cat "$FOLDER/out")" "changes nothing"
exits 0 "which is undone again" server --now "$NOON" import undo "$(server --json import list | jq -s '[.[] | select(.kind == "cases")] | last | .import')"
exits 0 "the case's import is undone" server --now "$NOON" import undo "$(server --json import list | jq -s '[.[] | select(.kind == "cases")] | first | .import')"
is green "$(server --now "$NOON" --json explain "$MET" --pack $PACK | jq -r .colour)" "and whom it met is green"
exits 0 "the ledger verifies" server ledger verify
exits 0 "the store holds together" server check
exits 4 "another folder's keys do not open it" "$HEALTHCODE" --data "$FOLDER/embedded" --database "$DATABASE" person show "$CASE"
as_server "$BIN/pg_ctl" -D "$FOLDER/sql/data" -m immediate stop >/dev/null
exits 4 "a database that is away is said to be" server person show "$CASE"
