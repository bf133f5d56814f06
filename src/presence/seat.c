#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "presence/presence.h"

enum { COLUMNS = 16 };

static const char crew[] = "crew";

bool
presence_seat_read(const char *text, uint16_t *ret_seat)
{
	size_t digits = strspn(text, "0123456789");
	int64_t row;
	int column = 0;

	if (strcmp(text, crew) == 0) {
		*ret_seat = PRESENCE_SEAT_CREW;
		return true;
	}
	if (!text_integer(text, digits, 1, PRESENCE_SEAT_ROWS_MAX, &row))
		return false;
	if (text[digits]) {
		char letter = text[digits] >= 'a' && text[digits] <= 'z' ? (char)(text[digits] - 'a' + 'A') : text[digits];

		if (letter < 'A' || letter > 'O' || text[digits + 1])
			return false;
		column = letter - 'A' + 1;
	}
	*ret_seat = (uint16_t)(row * COLUMNS + column);
	return true;
}

char *
presence_seat_write(uint16_t seat, char *text)
{
	int column = seat % COLUMNS;

	if (seat == PRESENCE_SEAT_CREW)
		memcpy(text, crew, sizeof crew);
	else if (seat < COLUMNS)
		text[0] = '\0';
	else if (column == 0)
		snprintf(text, PRESENCE_SEAT_SIZE, "%d", seat / COLUMNS);
	else
		snprintf(text, PRESENCE_SEAT_SIZE, "%d%c", seat / COLUMNS, 'A' + column - 1);
	return text;
}

int
presence_seat_row(uint16_t seat)
{
	return seat == PRESENCE_SEAT_CREW ? 0 : seat / COLUMNS;
}
