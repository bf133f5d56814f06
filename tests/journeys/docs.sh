#!/bin/bash
# The manual's examples: in README.md and docs/, each "$ command" of a block marked console is run, and what it prints is
# compared with what stands below it. "> " goes on with the command above; "..." is anything within a line, and a line
# of its own any lines. Each page runs from top to bottom in one shell, in a fresh copy of the folders it needs.
. "$(dirname "$0")/lib.sh"

unset HEALTHCODE_DATA
export LC_ALL=C.UTF-8 TZ=UTC
mkdir "$FOLDER/bin"
ln -s "$(realpath "$HEALTHCODE")" "$FOLDER/bin/healthcode"
PATH=$FOLDER/bin:$PATH

# check WHERE: run $command and compare with $FOLDER/wanted; the shell's $? goes from one command to the next
status=0
check() {
	local pattern= line
	set +e
	(exit "$status")
	eval "$command" </dev/null >"$FOLDER/got" 2>&1
	status=$?
	set -e
	while IFS= read -r line; do
		if [ "$line" = '*' ]; then pattern+='*'; else pattern+=$line$'\n'; fi
	done < <(sed 's/[][*?\\+@!()|]/\\&/g; s/\.\.\./*/g' "$FOLDER/wanted")
	# shellcheck disable=SC2053 # it is a pattern
	[[ $(cat "$FOLDER/got" && echo .) == $pattern. ]] || {
		diff -u --label wanted --label got "$FOLDER/wanted" "$FOLDER/got" >&2 || true
		fail "$1: $ $command"
	}
	ok "$1: $ ${command%%$'\n'*}"
}

# page FILE: every console block of it
page() {
	local line number=0 inside= command= where=
	while IFS= read -r line <&3; do
		number=$((number + 1))
		if [ -z "$inside" ]; then
			[ "$line" = '```console' ] && inside=yes
			continue
		fi
		case $line in
		'$ '* | '```')
			[ -z "$command" ] || check "$where"
			command=${line#'$ '} where=${1#"$SOURCE/"}:$number
			: >"$FOLDER/wanted"
			[ "$line" != '```' ] || inside= command=
			;;
		'> '*) [ -s "$FOLDER/wanted" ] && echo "$line" >>"$FOLDER/wanted" || command+=$'\n'${line#'> '} ;;
		*) echo "$line" >>"$FOLDER/wanted" ;;
		esac
	done 3<"$1"
}

for file in "$SOURCE"/README.md "$SOURCE"/docs/*.md; do
	grep -q '^```console$' "$file" || continue
	rm -rf "$FOLDER/copy"
	mkdir "$FOLDER/copy"
	cp -r "$SOURCE/packs" "$FOLDER/copy"
	ln -s "$SOURCE/docs" "$SOURCE/share" "$FOLDER/copy"
	(cd "$FOLDER/copy" && page "$file") || exit 1
done
diff -u "$SOURCE/docs/man/healthcode.1.scd" <("$SOURCE/script/generate-man" "$(realpath "$HEALTHCODE")") >&2 ||
	fail "the manual page is not what help says: script/generate-man > docs/man/healthcode.1.scd"
ok "the manual page is what help says"
