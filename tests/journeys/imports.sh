# What was imported can be explained, and taken back as long as nothing rests on it.
. "$(dirname "$0")/lib.sh"

PACK=hangzhou-2020
ONE=$(id_number 330110 19850101 001)
TWO=$(id_number 330110 19850101 002)
H() { "$HEALTHCODE" --data "$FOLDER/store" "$@"; }
last() { H --json import list | jq -s 'last | .import'; }

H init --pack "$SOURCE/packs/$PACK" --clock 2020-03-02T08:00:00+08:00 2>/dev/null
cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,address,applied_at
$ONE,陈晨,13800000001,330110,五常街道1号,2020-03-01T10:00:00+08:00
$TWO,老王,13800000002,330110,五常街道2号,2020-03-01T10:00:00+08:00
${ONE:0:17}?,老李,13800000003,330110,五常街道3号,2020-03-01T10:00:00+08:00
CSV
exits 3 "a row of three is refused" "$HEALTHCODE" --data "$FOLDER/store" import residents "$FOLDER/residents.csv"
first=$(last)
shown=$(H --json import show "$first")
json_holds "the record has its totals" '.rows == {read: 3, new: 2, changed: 0, unchanged: 0, rejected: 1}' "$shown"
is "$(sha256sum <"$FOLDER/residents.csv" | cut -d' ' -f1)" "$(jq -r .sha256 <<<"$shown")" "and the file's hash"
json_holds "and the refused row's place and reason" '.refused | length == 1 and .[0].line == 4 and .[0].column == 1' "$shown"
json_holds "and nothing needs it yet" '.needed_by == []' "$shown"
holds "a person can read it" grep -q '^3 rows read: 2 new, 0 changed, 0 unchanged, 1 rejected' <(H import show "$first")
exits 1 "what is not there is not shown" "$HEALTHCODE" --data "$FOLDER/store" import show 99

exits 3 "the same file again" "$HEALTHCODE" --data "$FOLDER/store" import residents "$FOLDER/residents.csv"
json_holds "rests on the first: each person's application, residence and vouched phone are said already" '.needed_by | length == 1 and .[0].unchanged == 6' "$(H --json import show "$first")"
exits 1 "so that the first is not undone alone" "$HEALTHCODE" --data "$FOLDER/store" import undo "$first"
holds "and it is said why" grep -q "import $(last) rests on it" "$FOLDER/err"
is green "$(H --json explain "$ONE" --pack $PACK | jq -r .colour)" "nothing changed"
exits 0 "the second is undone" "$HEALTHCODE" --data "$FOLDER/store" import undo "$(last)"
is green "$(H --json explain "$ONE" --pack $PACK | jq -r .colour)" "what the first said stands"
exits 0 "and then the first" "$HEALTHCODE" --data "$FOLDER/store" import undo "$first"
exits 1 "and nobody has applied" "$HEALTHCODE" --data "$FOLDER/store" explain "$ONE" --pack $PACK
json_holds "the record says so" '.undone_at != null' "$(H --json import show "$first")"
cp -r "$FOLDER/store" "$FOLDER/forged"
sqlite3 "$FOLDER/forged/registry.db" "UPDATE evidence_import_end SET rejected_rows = 0, read_rows = 2 WHERE import_id = $first"
exits 1 "a total that was changed beside the program shows" "$HEALTHCODE" --data "$FOLDER/forged" ledger verify
holds "at the import's entry" grep -q 'wrong at entry [0-9]*: its import is not the one that it tells of' "$FOLDER/out"
exits 4 "in a check of the whole store too" "$HEALTHCODE" --data "$FOLDER/forged" check
holds "the ledger has the import" grep -q "import.taken .*\"import\":$first,\"kind\":\"residents\",\"new\":2,\"read\":3,\"rejected\":1,\"sha256\":\"$(sha256sum <"$FOLDER/residents.csv" | cut -d' ' -f1)\"" <(H ledger show)
holds "and who took it back" grep -q "import.undone {\"by\":\"[^\"]*\",\"import\":$first}" <(H ledger show)
exits 1 "once" "$HEALTHCODE" --data "$FOLDER/store" import undo "$first"
exits 0 "the ledger verifies" "$HEALTHCODE" --data "$FOLDER/store" ledger verify

# Another program's line list, by a mapping.
cat >"$FOLDER/go-data.csv" <<'CSV'
Case ID,First name,Classification,Date of onset,Date of reporting,Outcome
GD-1,Ann,Confirmed,2020-02-25,2020-02-28,Alive
GD-2,Bob,Not a Case (Discarded),,28/2/2020,
GD-3,Cai,Unheard of,,2020-02-28,
CSV
exits 3 "a foreign line list without a mapping is refused by its heading" "$HEALTHCODE" --data "$FOLDER/store" import cases "$FOLDER/go-data.csv"
exits 3 "with one its rows are read" "$HEALTHCODE" --data "$FOLDER/store" import cases "$FOLDER/go-data.csv" --mapping "$SOURCE/share/mappings/go-data-cases.json" --rejects "$FOLDER/rejects.csv"
is "cases: 2 new, 0 changed, 0 unchanged, 1 rejected" "$(cat "$FOLDER/out")" "but for a class that it does not know"
holds "which is said" grep -q '4:10: "Unheard of" is none of the mapping' "$FOLDER/err"
sed -i 's/Unheard of/Suspect/' "$FOLDER/rejects.csv"
is "cases: 1 new, 0 changed, 0 unchanged, 0 rejected" "$(H import cases "$FOLDER/rejects.csv" --mapping "$SOURCE/share/mappings/go-data-cases.json")" "and mended, it is read"
iconv -f UTF-8 -t GB18030 <<'CSV' >"$FOLDER/gb.csv"
编号,分类,日期
甲-1,确诊,2020年2月28日
CSV
cat >"$FOLDER/gb.json" <<'JSON'
{"kind": "cases", "encoding": "GB18030", "columns": {"编号": "case",
 "分类": {"column": "status", "values": {"确诊": "confirmed"}}, "日期": {"column": "confirmed_at", "dates": ["YYYY年M月D日"]}}}
JSON
is "cases: 1 new, 0 changed, 0 unchanged, 0 rejected" "$(H import cases "$FOLDER/gb.csv" --mapping "$FOLDER/gb.json")" "a list in GB 18030 with Chinese headings, too"
