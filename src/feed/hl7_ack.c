#include "feed/hl7_ack.h"

#include <stdio.h>
#include <string.h>

/* A value, its delimiters escaped. */
static int
add_value(struct buffer *ack, const char *value, size_t length, struct error *e)
{
	static const char signs[] = "|^~\\&", names[] = "FSRET";
	int code = 0;

	for (size_t i = 0; i < length && code == 0; i++) {
		const char *sign = memchr(signs, value[i], sizeof signs - 1);

		if (sign)
			code = buffer_add_format(ack, e, "\\%c\\", names[sign - signs]);
		else
			code = buffer_add_byte(ack, value[i] == '\n' || value[i] == '\r' ? ' ' : (uint8_t)value[i], e);
	}
	return code;
}

static int
add_text(struct buffer *ack, const char *value, struct error *e)
{
	return add_value(ack, value, strlen(value), e);
}

/* An application or facility (HD) of the message's header. */
static int
add_name(struct buffer *ack, const struct hl7 *message, unsigned field, struct error *e)
{
	int code = 0;

	for (unsigned i = 1; i <= 3 && code == 0 && message; i++) {
		const char *value = hl7_text(message, 0, field, 1, i, 1);

		if (i > 1 && *value)
			code = buffer_add_byte(ack, '^', e);
		if (code == 0)
			code = add_text(ack, value, e);
	}
	return code < 0 ? code : buffer_add_byte(ack, '|', e);
}

/* "YYYYMMDDHHMMSS+0000" */
static void
write_time(instant at, char text[32])
{
	char full[TIME_TEXT_SIZE];

	time_write(at, &zone_utc, full);
	snprintf(text, 32, "%.4s%.2s%.2s%.2s%.2s%.2s+0000", full, full + 5, full + 8, full + 11, full + 14, full + 17);
}

/* ERR: where and what. The place stands before the reason. */
static int
add_error(struct buffer *ack, const struct error *why, struct error *e)
{
	char segment[4] = "";
	unsigned field = 0;
	const char *code_text = why->code == ERROR_BAD_INPUT || why->code == ERROR_TOO_LARGE ? "102^Data type error"
		: why->code == ERROR_DENIED ? "206^Application record locked"
									: "207^Application internal error";
	int code;

	if (sscanf(why->message, "%3[A-Z0-9]-%u:", segment, &field) < 1 || strlen(segment) != 3)
		segment[0] = 0;
	if ((code = buffer_add_text(ack, "ERR||", e)) < 0)
		return code;
	if (*segment && (code = buffer_add_format(ack, e, "%s^1", segment)) < 0)
		return code;
	if (*segment && field && (code = buffer_add_format(ack, e, "^%u", field)) < 0)
		return code;
	if ((code = buffer_add_format(ack, e, "|%s^HL70357|E||||", code_text)) < 0 ||
		(code = add_text(ack, why->message, e)) < 0)
		return code;
	return buffer_add_byte(ack, '\r', e);
}

int
hl7_ack(const struct hl7 *message, const char *answer, const char *control, const struct error *why, instant at,
	struct buffer *ack, struct error *e)
{
	const char *event = message ? hl7_text(message, 0, 9, 1, 2, 1) : "";
	const char *processing = message ? hl7_text(message, 0, 11, 1, 1, 1) : "";
	const char *version = message ? hl7_text(message, 0, 12, 1, 1, 1) : "";
	char time[32];
	int code;

	write_time(at, time);
	/* The message's receiver answers its sender. */
	if ((code = buffer_add_text(ack, "MSH|^~\\&|", e)) < 0 || (code = add_name(ack, message, 5, e)) < 0 ||
		(code = add_name(ack, message, 6, e)) < 0 || (code = add_name(ack, message, 3, e)) < 0 ||
		(code = add_name(ack, message, 4, e)) < 0 || (code = buffer_add_format(ack, e, "%s||ACK", time)) < 0)
		return code;
	if (*event &&
		((code = buffer_add_byte(ack, '^', e)) < 0 || (code = add_text(ack, event, e)) < 0 ||
			(code = buffer_add_text(ack, "^ACK", e)) < 0))
		return code;
	if ((code = buffer_add_format(ack, e, "|%s|", control)) < 0 ||
		(code = add_text(ack, *processing ? processing : "P", e)) < 0 || (code = buffer_add_byte(ack, '|', e)) < 0 ||
		(code = add_text(ack, *version ? version : "2.5.1", e)) < 0 ||
		(code = buffer_add_format(ack, e, "||||||UNICODE UTF-8\rMSA|%s|", answer)) < 0 ||
		(code = add_text(ack, message ? hl7_text(message, 0, 10, 1, 1, 1) : "", e)) < 0 ||
		(code = buffer_add_byte(ack, '\r', e)) < 0)
		return code;
	return why ? add_error(ack, why, e) : 0;
}
