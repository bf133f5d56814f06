#include "db/dialect.h"

#include <ctype.h>
#include <string.h>

/* The engine's text for the word at ${sql} ("{key}..."), or NULL. */
static const char *
word_meaning(const struct engine *engine, const char *sql, size_t *ret_length)
{
	const struct {
		const char *word, *meaning;
	} words[] = {
		{"{key}", engine->key}, {"{blob}", engine->blob}, {"{text}", engine->text}, {"{packed}", engine->packed}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(sql, words[i].word, length) == 0) {
			*ret_length = length;
			return words[i].meaning;
		}
	}
	return NULL;
}

int
dialect_write(const struct engine *engine, const char *sql, struct buffer *b, struct error *e)
{
	bool quoted = false;
	int r = 0;

	while (r == 0 && *sql) {
		size_t length = 1;

		if (*sql == '\'')
			quoted = !quoted;
		if (!quoted && *sql == '{') {
			const char *meaning = word_meaning(engine, sql, &length);

			if (!meaning && strncmp(sql, "{of ", strlen("{of ")) == 0 && strchr(sql, '}')) {
				meaning = ""; /* for notes.c */
				length = (size_t)(strchr(sql, '}') - sql) + 1;
			}

			r = meaning ? buffer_add_text(b, meaning, e) : error_set(e, ERROR_USAGE, "unknown word in SQL: %.20s", sql);
		} else if (!quoted && *sql == '$' && isdigit((unsigned char)sql[1])) {
			r = buffer_add_byte(b, (uint8_t)engine->parameter, e);
		} else {
			length = quoted ? 1 : strcspn(sql, "'{$");
			if (length == 0)
				length = 1;
			r = buffer_add(b, sql, length, e);
		}
		sql += length;
	}
	return r;
}
