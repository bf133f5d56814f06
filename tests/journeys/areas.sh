# What is not known of an area is not "low", what is known of the wider area serves, and of two who count one counts.
. "$(dirname "$0")/lib.sh"

SERIES=$SOURCE/share/areas/china-2020.csv
WUHAN=$(id_number 420106 19790130 003)
SHENNONGJIA=$(id_number 429021 19790131 003)
NINGBO=$(id_number 330203 19790201 003)
TRAVELLER=$(id_number 330203 19790202 003)

cat >"$FOLDER/residents.csv" <<CSV
id_number,name,phone,division,applied_at,jurisdiction
$WUHAN,周强,13800000001,420106,2020-02-20T11:00:00+08:00,ningbo-2020
$SHENNONGJIA,熊林,13800000002,429021,2020-02-20T11:00:00+08:00,ningbo-2020
$NINGBO,陈一,13800000003,330203,2020-02-20T11:00:00+08:00,ningbo-2020
$TRAVELLER,陈二,13800000004,330203,2020-02-20T11:00:00+08:00,ningbo-2020
CSV
cat >"$FOLDER/visits.csv" <<CSV
id_number,country,division,from,to
$TRAVELLER,KR,,2020-02-22T08:00:00+08:00,2020-02-25T08:00:00+08:00
CSV

store() { # NAME KIND=FILE...
	local folder=$FOLDER/$1
	shift
	"$HEALTHCODE" --data "$folder" init --pack "$SOURCE/packs/ningbo-2020" --clock 2020-03-24T08:00:00+08:00 >/dev/null
	imports "$folder" "$@"
}
imports() { # FOLDER KIND=FILE...
	local folder=$1
	shift
	for import in "$@"; do
		"$HEALTHCODE" --data "$folder" import "${import%%=*}" "${import#*=}" >"$FOLDER/imported" 2>&1 || { cat "$FOLDER/imported" >&2; fail "import $import"; }
	done
}
explain() { # STORE TIME PERSON
	"$HEALTHCODE" --data "$FOLDER/$1" --now "$2" --json explain "$3" --pack ningbo-2020
}
colour() { explain "$@" | jq -r .colour; }

store first residents="$FOLDER/residents.csv" visits="$FOLDER/visits.csv"
waiting=$(explain first 2020-03-24T08:00:00+08:00 "$WUHAN")
is gray "$(jq -r .colour <<<"$waiting")" "without counts, who comes from Wuhan is not green in Ningbo"
is NB-GRAY-AREA "$(jq -r '.rules[0].id' <<<"$waiting")" "and a rule says so"
json_holds "whose reason names Wuhan in both languages" \
	'.rules[0].reason | (.en | contains("Wuhan")) and (.zh | contains("武汉"))' "$waiting"
is green "$(colour first 2020-03-24T08:00:00+08:00 "$NINGBO")" "who lives in Ningbo does not wait"
is gray "$(colour first 2020-03-01T08:00:00+08:00 "$TRAVELLER")" "who came from a country that nobody counted waits"
is green "$(colour first 2020-03-24T08:00:00+08:00 "$TRAVELLER")" "for as long as a stay counts"
sed 's/"waiting_levels": \["unknown"\]/"waiting_levels": []/' "$SOURCE/packs/ningbo-2020/pack.json" >"$FOLDER/pack.json"
cp -r "$SOURCE/packs/ningbo-2020" "$FOLDER/lax-2020" && cp "$FOLDER/pack.json" "$FOLDER/lax-2020/pack.json"
holds "the levels that wait are a parameter of the pack" "$HEALTHCODE" pack check "$FOLDER/lax-2020"

# Hubei's own count comes first, then the cities'.
grep -E '^date|,420000,,,' "$SERIES" >"$FOLDER/hubei.csv"
imports "$FOLDER/first" areas="$FOLDER/hubei.csv"
is red "$(colour first 2020-02-21T08:00:00+08:00 "$WUHAN")" "a city without counts has its province's level"
is 420000 "$(explain first 2020-02-21T08:00:00+08:00 "$WUHAN" | jq -r '.rules[0].evidence[0].area')" "and the evidence says whose"
is red "$(colour first 2020-02-21T08:00:00+08:00 "$SHENNONGJIA")" "so has a county that its province administers itself"

# A city whose own counts begin on 1 March has its province's level until then.
{
	echo date,country,division,confirmed,source
	for day in $(days 2020-03-01 2020-03-24); do echo "$day,CN,420100,0,city"; done
} >"$FOLDER/city.csv"
store late residents="$FOLDER/residents.csv" areas="$FOLDER/hubei.csv" areas="$FOLDER/city.csv"
is red "$(colour late 2020-03-01T23:59:59+08:00 "$WUHAN")" "where a city's counts begin late its province's stand in"
is green "$(colour late 2020-03-02T00:00:00+08:00 "$WUHAN")" "until the first of its days is over"

# Two sources of one area, in two orders.
{
	echo date,country,division,confirmed,source
	for day in $(days 2020-02-01 2020-03-24); do echo "$day,CN,420100,7,another"; done
} >"$FOLDER/another.csv"
grep -E '^date|,420100,' "$SERIES" >"$FOLDER/wuhan.csv"
store one residents="$FOLDER/residents.csv" areas="$FOLDER/wuhan.csv" areas="$FOLDER/another.csv"
store other areas="$FOLDER/another.csv" areas="$FOLDER/wuhan.csv" residents="$FOLDER/residents.csv"
is red "$(colour one 2020-03-24T08:00:00+08:00 "$WUHAN")" "of two sources the one that the pack names counts"
replay() {
	for day in $(days 2020-02-20 2020-03-24); do explain "$1" "${day}T12:00:00+08:00" "$WUHAN"; done
}
is "$(replay one | sha256sum)" "$(replay other | sha256sum)" "whatever was imported first: the same bytes each day"
