#include "cli/verify.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

int
verify_now(const struct cli *cli, const struct trust *trust, instant *ret_now, struct error *e)
{
	char made[TIME_TEXT_SIZE], says[TIME_TEXT_SIZE];
	instant now;
	int r;

	if (cli->now_text) {
		if ((r = time_read(cli->now_text, strlen(cli->now_text), &zone_utc, ret_now, e)) < 0)
			error_at(e, "--now", 0, 0);
		return r;
	}
	now = time_now();
	if (trust_is_ahead(trust, now))
		return error_set(e, ERROR_IO,
			"this machine's clock is wrong: it says %s, and the trust list was made at %s; set it, or give --now",
			time_write(now, &zone_utc, says), time_write(trust_list_facts(trust)->issued_at, &zone_utc, made));
	*ret_now = now;
	return 0;
}

int
verify_input(const char *word, struct buffer *b, struct error *e)
{
	return text_starts(word, "HC1:") ? buffer_add_text(b, word, e) : file_read(word, b, e);
}

int
verify_code(const char *word, struct buffer *text, struct error *e)
{
	struct buffer content = buffer_make(QR_PICTURE_MAX);
	int r;

	if ((r = verify_input(word, &content, e)) < 0)
		goto out;
	if (qr_is_picture((const uint8_t *)buffer_text(&content), content.length))
		r = qr_read(content.data, content.length, text, e);
	else
		r = buffer_add(text, content.data, content.length, e);
out:
	buffer_free(&content);
	return r;
}

json_t *
verify_time(instant at, bool known)
{
	char text[TIME_TEXT_SIZE];

	return known ? json_string(time_write(at, &zone_utc, text)) : json_null();
}

int
verify_exit(const char *name, bool valid, bool bad_input, struct error *e)
{
	char text[ERROR_MESSAGE_MAX + ERROR_FILE_MAX + 64];

	if (valid)
		return EXIT_DONE;
	if (!bad_input)
		return EXIT_NO;
	error_at(e, text_starts(name, "HC1:") ? "code" : name, e->column ? 1 : 0, e->column);
	cli_say("%s", error_text(e, text, sizeof text));
	return EXIT_BAD_INPUT;
}
