/* Codes on paper. */

#include "gate/paper.h"

#include <stdio.h>
#include <string.h>

#include "gate/gate.h"

enum { PRINTED_TIME = 16 /* YYYY-MM-DD HH:MM */, TEXT_MAX = 4096 };

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

/* A page with the texts on it, which stay where they are. */
struct page {
	struct paper paper;
	char card[CODE_CARD_SIZE], from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
};

/* Issue one into ${text}, in the open transaction. */
static int
issue(struct registry *registry, struct issuer *issuer, const struct gate_paper *request, instant at, struct page *page,
	struct buffer *text, struct error *e)
{
	const struct pack *pack = request->pack;
	int64_t lifetime_s = gate_paper_lifetime(pack);
	int r;

	page->paper = (struct paper){.card = page->card,
		.from = printed_time(pack, at, page->from),
		.until = printed_time(pack, at + lifetime_s, page->until),
		.colour = request->colour};
	if ((r = read_card(registry, request->person, request->by, page->card, e)) < 0 ||
		(r = issuer_issue_paper(issuer, pack_jurisdiction(pack), request->person, request->colour, page->card, at,
			 lifetime_s, text, e)) < 0)
		return r;
	page->paper.code = buffer_text(text);
	return 0;
}

int
gate_paper(struct registry *registry, struct issuer *issuer, const struct gate_paper *request, instant at,
	struct buffer *text, struct buffer *pdf, struct error *e)
{
	struct page page = {0};
	int r;

	if ((r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = issue(registry, issuer, request, at, &page, text, e)) < 0 ||
		(pdf && (r = paper_pdf(&page.paper, 1, request->size, pdf, e)) < 0) || (r = registry_commit(registry, e)) < 0)
		registry_rollback(registry);
	return r;
}

int
gate_papers(struct registry *registry, struct issuer *issuer, const struct gate_paper *requests, size_t count,
	instant at, struct buffer *pdf, struct error *e)
{
	struct buffer texts[PAPERS_MAX];
	struct paper papers[PAPERS_MAX];
	struct page pages[PAPERS_MAX];
	int r;

	if (count < 1 || count > PAPERS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "1 to %d papers are printed at once", PAPERS_MAX);
	for (size_t i = 0; i < count; i++)
		texts[i] = buffer_make(TEXT_MAX);
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++) {
		pages[i] = (struct page){0};
		r = issue(registry, issuer, &requests[i], at, &pages[i], &texts[i], e);
		papers[i] = pages[i].paper;
	}
	if (r < 0 || (r = paper_pdf(papers, count, requests[0].size, pdf, e)) < 0 || (r = registry_commit(registry, e)) < 0)
		registry_rollback(registry);
	for (size_t i = 0; i < count; i++)
		buffer_free(&texts[i]);
	return r;
}
