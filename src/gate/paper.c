/* Codes on paper. */

#include "gate/paper.h"

#include <stdio.h>
#include <string.h>

#include "gate/gate.h"

enum { PRINTED_TIME = 16 }; /* YYYY-MM-DD HH:MM */

static const char *
printed_time(const struct pack *pack, instant at, char text[TIME_TEXT_SIZE])
{
	time_write(at, pack_zone(pack), text);
	text[PRINTED_TIME] = 0;
	*strchr(text, 'T') = ' ';
	return text;
}

static int
read_card(struct registry *registry, person_number person, const char *by, char card[CODE_CARD_SIZE], struct error *e)
{
	struct registry_identity identity = {0};
	size_t length;
	int r = registry_identity_open(registry, person, "code on paper", by, &identity, e);

	length = strlen(identity.id_number);
	if (r == 0 && length < CODE_CARD_SIZE - 1)
		r = error_set(e, ERROR_EXISTS_NOT, "no ID number is known of this person");
	if (r == 0)
		memcpy(card, identity.id_number + length - (CODE_CARD_SIZE - 1), CODE_CARD_SIZE);
	registry_identity_wipe(&identity);
	return r;
}

int
gate_paper(struct registry *registry, struct issuer *issuer, const struct gate_paper *request, instant at,
	struct buffer *text, struct buffer *pdf, struct error *e)
{
	const struct pack *pack = request->pack;
	char card[CODE_CARD_SIZE] = "", from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	int64_t lifetime_s = gate_paper_lifetime(pack);
	struct paper paper = {.card = card,
		.from = printed_time(pack, at, from),
		.until = printed_time(pack, at + lifetime_s, until),
		.colour = request->colour,
		.size = request->size};
	int r;

	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = read_card(registry, request->person, request->by, card, e)) < 0 ||
		(r = issuer_issue_paper(
			 issuer, pack_jurisdiction(pack), request->person, request->colour, card, at, lifetime_s, text, e)) < 0)
		goto out;
	paper.code = buffer_text(text);
	if (pdf && (r = paper_pdf(&paper, pdf, e)) < 0)
		goto out;
	r = registry_commit(registry, e);
out:
	if (r < 0)
		registry_rollback(registry);
	return r;
}
