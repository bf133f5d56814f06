#include "cascade/inside.h"

int
beside_open(struct cascade *of, struct beside *ret_beside, struct error *e)
{
	struct beside beside = {0};
	int r;

	if ((r = registry_open_beside(of->registry, &beside.registry, e)) < 0)
		return r;
	if ((r = cascade_open(beside.registry, &beside.cascade, e)) < 0)
		beside_close(&beside);
	else
		*ret_beside = beside;
	return r;
}

int
beside_begin(struct beside *beside, instant now, struct error *e)
{
	registry_set_times(beside->registry, &now, NULL);
	return db_begin_read(beside->cascade->db, e);
}

void
beside_close(struct beside *beside)
{
	if (!beside->registry)
		return;
	cascade_close(beside->cascade);
	registry_close(beside->registry);
	*beside = (struct beside){0};
}
