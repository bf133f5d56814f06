#include "registry/internal.h"

#include <string.h>

#include "base/json.h"
#include "base/json_memory.h"

int
registry_notice_put(struct registry *registry, const char *phone, const char *kind, const char *text, struct error *e)
{
	struct buffer json = buffer_make(NOTICE_JSON_MAX), sealed = buffer_make(NOTICE_JSON_MAX + KEYS_SEAL_EXTRA);
	size_t failures = json_memory_failures();
	json_t *object = json_pack("{ss ss}", "phone", phone, "text", text);
	bool own;
	int r;

	if (json_memory_failures() != failures) {
		json_decref(object);
		return error_no_memory(e);
	}
	if (!object || strlen(text) >= NOTICE_TEXT_SIZE || strlen(kind) >= NOTICE_KIND_SIZE) {
		json_decref(object);
		return error_set(e, ERROR_BAD_INPUT, "a notice is UTF-8 of at most %d bytes", NOTICE_TEXT_SIZE - 1);
	}
	if ((r = json_write(object, &json, e)) < 0 ||
		(r = keys_seal(
			 registry->keys, PURPOSE_NOTICE, kind, strlen(kind), buffer_text(&json), json.length, &sealed, e)) < 0 ||
		(r = scope_begin(registry, &own, e)) < 0)
		goto out;
	registry->notices_wait = true;
	r = db_do(registry->db, "INSERT INTO notice(at, kind, sealed) VALUES($1, $2, $3)",
		(struct db_value[]){
			db_int(registry_recording_time(registry)), db_text(kind), db_blob(sealed.data, sealed.length)},
		3, e);
	r = scope_end(registry, own, r, e);
out:
	if (json.data)
		keys_wipe(json.data, json.length);
	buffer_free(&json);
	buffer_free(&sealed);
	json_decref(object);
	return r;
}

int
registry_notices_waiting(struct registry *registry, int64_t *ret_count, struct error *e)
{
	return db_one_int(registry->db, "SELECT count(*) FROM notice WHERE sent_at IS NULL", NULL, 0, ret_count, e);
}

int
registry_set_gateway(struct registry *registry, bool gateway, struct error *e)
{
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = scope_end(registry, own, setting_put(registry->db, "gateway", gateway ? "1" : "0", e), e);
	if (r == 0)
		registry->gateway = gateway;
	return r;
}

bool
registry_has_gateway(const struct registry *registry)
{
	return registry->gateway;
}
