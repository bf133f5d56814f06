# What everybody may know: a small city with cases. Places by time and nobody's way, the curve, how much people move; the same over
# HTTP for the public's map; and neither people nor cases nor homes in any of it.
. "$(dirname "$0")/lib.sh"

STORE=$FOLDER/store
CITY=$FOLDER/city
H() { "$HEALTHCODE" --data "$STORE" "$@"; }
H simulate --people 1500 --days 35 --from 2020-02-25 --centre 30.27,120.15 --out "$CITY" >/dev/null
cp -r "$SOURCE/packs/hangzhou-2020" "$FOLDER/hangzhou-2020"
jq '.report = {"people_least": 50}' "$SOURCE/packs/hangzhou-2020/pack.json" >"$FOLDER/hangzhou-2020/pack.json"
H init --pack "$FOLDER/hangzhou-2020" --clock 2020-03-31T08:00:00+08:00 >/dev/null
for kind in residents places stays cases; do H import $kind "$CITY/$kind.csv" >/dev/null; done

map=$(H report cases)
json_holds "the map is GeoJSON of places where strangers meet" '.type == "FeatureCollection" and (.features | length > 0) and
	any(.features[]; .geometry.type == "Point") and
	all(.features[]; (.geometry == null or .geometry.type == "Point") and .properties.kind != "household" and .properties.kind != "workplace" and .properties.kind != "school")' "$map"
json_holds "in whole hours, gone after a fortnight" 'all(.features[].properties; (.from | test("T..:00:00")) and (.to | test("T..:00:00")) and .to > "2020-03-17")' "$map"
for secret in $(tail -n +2 "$CITY/cases.csv" | cut -d, -f1,2 | tr , ' '); do
	! grep -q "$secret" <<<"$map" || fail "the map names $secret"
done
ok "neither a case nor a person is in it"
is "$(jq '.features | length' <<<"$map")" "$(H report cases --format csv | tail -n +2 | wc -l)" "CSV has as many lines"
is "$(jq '.features | length' <<<"$map")" "$(H --json report cases | jq '.places | length')" "JSON too"
is 0 "$(H --json report cases --division 110000 | jq '.places | length')" "there are none in Beijing"
is 0 "$(H --now 2020-04-25 --json report cases | jq '.places | length')" "nor weeks later"

curve=$(H report curve --by reported)
is "$(tail -n +2 "$CITY/cases.csv" | wc -l)" "$(jq '[.days[].cases] | add + 0' <<<"$curve")" "the curve counts each case once"
is "$(jq '[.days[].cases] | add' <<<"$curve")" "$(H report curve --by reported --format csv | tail -n +2 | tr -d '\r' | awk -F, '{ n += $3 } END { print n }')" "as CSV, too"

mobility=$(H report mobility)
json_holds "mobility is by day, city and kind of place, without homes" '(.days | length > 14) and all(.days[]; .division == "330100" and .kind != "household" and .people >= 50)' "$mobility"
json_holds "compared with the weeks before" '.baseline == {"from": "2020-02-18", "to": "2020-03-16"} and any(.days[]; .change_percent != null)' "$mobility"
is "$mobility" "$(H report mobility)" "asked again it is the same, so that no noise is averaged away"
json_holds "what rests on few is withheld" '.withheld > 0 and all(.days[]; .people >= 50)' "$(H report mobility --level county)"
json_holds "distancing says who stayed at home" '(.days | length) == 14 and all(.days[]; .home_percent >= 0 and .home_percent <= 100 and .away_hours >= 0)' "$(H report distancing)"
for kind in cases curve mobility distancing; do
	H report $kind --format svg >"$FOLDER/$kind.svg"
	python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$FOLDER/$kind.svg" || fail "$kind.svg is no XML"
done
ok "all of them can be drawn"

exits 2 "a report that is none" H report people
exits 2 "GeoJSON is of places alone" H report curve --format geojson
holds "and it says what there is" grep -q 'json, csv and svg' "$FOLDER/err"
exits 2 "a day that is none" H report mobility --from soon
exits 2 "a baseline that is none" H report mobility --baseline 2020-01-03
exits 3 "days that end before they begin" H report mobility --from 2020-03-20 --to 2020-03-10
exits 2 "a level that is none" H report distancing --level street
exits 2 "a place that is none" H report cases --division Atlantis
jq '.report.people_least = "many"' "$SOURCE/packs/hangzhou-2020/pack.json" >"$FOLDER/hangzhou-2020/pack.json"
exits 3 "a pack's section is checked" H pack check "$FOLDER/hangzhou-2020"
holds "with its place" grep -q 'pack.json:[0-9]*:[0-9]*: .*whole number from 1' "$FOLDER/err"

trap 'code=$?; [ -z "${SERVER:-}" ] || kill "$SERVER"; wait; [ $code -eq 0 ] || cat "$FOLDER/server" >&2; rm -rf "$FOLDER"' EXIT
serve --threads 2
ask GET /v1/reports/cases
is 200 "$STATUS" "everybody may ask for the map"
is "$(H --json report cases | jq -S .places)" "$(jq -S .places <<<"$BODY")" "which is the same"
etag=$(header ETag)
ask GET /v1/reports/cases '' -H "If-None-Match: $etag"
is 304 "$STATUS" "and is not sent twice"
