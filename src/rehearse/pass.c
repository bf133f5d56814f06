#include "rehearse/pass.h"

int
pass_read(const struct pack *pack, bool pass[COLOUR_COUNT], struct error *e)
{
	const json_t *gate = pack_section(pack, "gate"), *names = json_object_get(gate, "pass_colours"), *name;
	enum colour colour;
	size_t i;

	for (int c = 0; c < COLOUR_COUNT; c++)
		pass[c] = gate == NULL;
	if (gate && !json_is_array(names))
		return error_set(e, ERROR_BAD_INPUT, "the pack %s has no gate/pass_colours", pack_jurisdiction(pack));
	json_array_foreach((json_t *)names, i, name)
	{
		if (!colour_read(json_string_value(name), &colour))
			return error_set(
				e, ERROR_BAD_INPUT, "the pack %s: /gate/pass_colours/%zu: not a colour", pack_jurisdiction(pack), i);
		pass[colour] = true;
	}
	return 0;
}
