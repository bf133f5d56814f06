#include "simulate/simulate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "simulate/city.h"
#include "simulate/phones.h"

enum { TABLE_BUFFER_SIZE = 1 << 16 };

/* The last ones are of phones: only where their period is asked for. */
enum table { RESIDENTS, PLACES, STAYS, CHECKINS, VISITS, CASES, INFECTIONS, DEVICES, TOWERS, PINGS, SIGNALS, TABLES };

static const struct {
	const char *name, *heading;
} tables[TABLES] = {
	{"residents.csv", "id_number,name,phone,division,address,applied_at,guardian_id_number,residence_since\n"},
	{"places.csv", "place,kind,name,division,country,latitude,longitude\n"},
	{"stays.csv", "id_number,place,from,to,seat\n"},
	{"checkins.csv", "id_number,at,temperature_c,symptoms,contact\n"},
	{"visits.csv", "id_number,country,division,from,to\n"},
	{"cases.csv", "case,id_number,status,onset,sampled,confirmed_at,isolated_at,infected_by\n"},
	{"truth/infections.csv", "id_number,infected_by,place,at,infectious_from,onset\n"},
	{"devices.csv", "device,id_number,since\n"},
	{"towers.csv", "place,kind,name,division,country,latitude,longitude\n"},
	{"pings.csv", "device,at,latitude,longitude,accuracy_m\n"},
	{"signals.csv", "device,at,cell\n"},
};

struct output {
	struct city city;
	struct phones *phones; /* NULL: nobody's tell anything */
	FILE *files[TABLES];
	instant end; /* of the last day */
	struct simulate_summary summary;
};

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马",
	"朱", "胡", "郭", "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭"};
static const char *const given_names[] = {"安", "宁", "和", "平", "春", "秋", "明", "晨", "雨", "雪", "云", "山", "川",
	"海", "林", "松", "竹", "梅", "兰", "菊", "文", "书", "诗", "画", "清", "静", "雅", "思", "嘉", "佳", "乐", "欣",
	"悦", "怡", "慧", "敏", "勇", "强", "刚", "毅", "志", "远", "建", "国", "华", "丽", "芳", "燕", "红", "玉", "宝",
	"瑞", "祥", "福", "庆", "宏", "伟", "杰", "俊", "晓", "小", "子", "一", "天"};
static const char *const streets[] = {"和平路", "人民路", "解放路", "中山路", "建设路", "文化路", "新华路", "光明路",
	"友谊路", "团结路", "向阳街", "长青街"};

#define PICK(list, number) ((list)[(number) % (sizeof(list) / sizeof *(list))])

static int
check_written(struct output *output, enum table table, struct error *e)
{
	if (!ferror(output->files[table]))
		return 0;
	return error_set_errno(e, ERROR_IO, errno, "cannot write %s", tables[table].name);
}

static char *
place_code(const struct output *output, uint32_t place, char text[32])
{
	const struct city *city = &output->city;
	uint32_t workplaces = city->household_count, schools = workplaces + city->workplace_count;
	uint32_t shops = schools + city->school_count, carriages = shops + city->shop_count;
	uint32_t run = place - carriages;

	if (place < workplaces)
		snprintf(text, 32, "h-%06u", place + 1);
	else if (place < schools)
		snprintf(text, 32, "w-%05u", place - workplaces + 1);
	else if (place < shops)
		snprintf(text, 32, "s-%05u", place - schools + 1);
	else if (place < carriages)
		snprintf(text, 32, "v-%05u", place - shops + 1);
	else
		snprintf(text, 32, "c-%04u-%03u-%s", run / 2 / city->options->days + 1, run / 2 % city->options->days + 1,
			run % 2 ? "pm" : "am");
	return text;
}

static uint32_t
place_county(const struct output *output, uint32_t place)
{
	return output->city.counties[city_place_number(&output->city, place) % output->city.county_count];
}

static void
place_name(const struct output *output, uint32_t place, char text[96])
{
	uint64_t number = city_place_number(&output->city, place);
	const char *street = PICK(streets, number >> 8), *kind = city_place_kind(&output->city, place);
	unsigned house = (unsigned)(number >> 16) % 300 + 1, room = (unsigned)(number >> 32) % 30 + 1;

	if (kind[0] == 'h')
		snprintf(text, 96, "%s%u号%u室", street, house, room * 100 + 1);
	else if (kind[0] == 'w')
		snprintf(text, 96, "%s%u号办公室", street, house);
	else if (kind[0] == 's')
		snprintf(text, 96, "%s学校%u班", street, room);
	else if (kind[0] == 'v')
		snprintf(text, 96, "%s%s", street, (const char *[]){"超市", "菜场", "餐馆", "药店"}[number >> 48 & 3]);
	else
		snprintf(text, 96, "通勤列车%u号", (unsigned)(number >> 16) % 900 + 100);
}

static void
write_position(FILE *file, const struct output *output, uint32_t place)
{
	int32_t latitude_e7, longitude_e7;

	fputc(',', file);
	if (city_place_position(&output->city, place, &latitude_e7, &longitude_e7))
		write_coordinates(file, latitude_e7, longitude_e7);
	else
		fputc(',', file);
	fputc('\n', file);
}

static int
write_places(struct output *output, struct error *e)
{
	FILE *file = output->files[PLACES];
	uint32_t count = city_place_count(&output->city);
	char code[32], name[96];

	for (uint32_t place = 0; place < count; place++) {
		place_name(output, place, name);
		fprintf(file, "%s,%s,%s,%06u,CN", place_code(output, place, code), city_place_kind(&output->city, place), name,
			place_county(output, place));
		write_position(file, output, place);
	}
	output->summary.places = count;
	return check_written(output, PLACES, e);
}

static int
write_residents(struct output *output, struct error *e)
{
	struct city *city = &output->city;
	FILE *file = output->files[RESIDENTS];
	char id[ID_NUMBER_TEXT_SIZE], guardian[ID_NUMBER_TEXT_SIZE], applied[TIME_TEXT_SIZE], since[TIME_TEXT_SIZE];
	char address[96];

	for (uint32_t i = 0; i < city->people_count; i++) {
		const struct person *person = &city->people[i];
		uint32_t phone = person->guardian == NOBODY ? i : person->guardian;

		if (person->guardian == NOBODY)
			guardian[0] = '\0';
		else
			city_id_number(city, &city->people[person->guardian], guardian);
		place_name(output, person->household, address);
		day_write(city->options->from - 400 - (day_number)(city_place_number(city, person->household) % 1000), since);
		fprintf(file, "%s,%s%s%s,100%08u,%06u,%s,%s,%s,%s\n", city_id_number(city, person, id),
			PICK(surnames, person->surname), PICK(given_names, person->given[0]),
			person->given[1] % 4 ? PICK(given_names, person->given[1]) : "", phone,
			place_county(output, person->household), address, time_write(person->applied_at, &city->zone, applied),
			guardian, since);
	}
	output->summary.people = city->people_count;
	return check_written(output, RESIDENTS, e);
}

static int
write_stay(uint32_t person, uint32_t place, instant start, instant end, uint32_t seat, void *context, struct error *e)
{
	struct output *output = context;
	struct city *city = &output->city;
	char id[ID_NUMBER_TEXT_SIZE], code[32], from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], seat_text[16] = "";

	if (seat)
		snprintf(seat_text, sizeof seat_text, "%u%c", seat / 16, 'A' + (int)(seat % 16) - 1);
	fprintf(output->files[STAYS], "%s,%s,%s,%s,%s\n", city_id_number(city, &city->people[person], id),
		place_code(output, place, code), time_write(start, &city->zone, from), time_write(end, &city->zone, to),
		seat_text);
	output->summary.stays++;
	if (output->phones)
		output->summary.pings += phones_tell(output->phones, person, place, start, end);
	return check_written(output, STAYS, e);
}

static int
write_phones(struct output *output, struct error *e)
{
	int r;

	if (!output->city.options->ping_minutes)
		return 0;
	if ((r = phones_new(&output->city, output->files[PINGS], output->files[SIGNALS], &output->phones, e)) < 0)
		return r;
	phones_list(output->phones, output->files[DEVICES]);
	towers_list(&output->city, output->files[TOWERS]);
	return (r = check_written(output, DEVICES, e)) < 0 ? r : check_written(output, TOWERS, e);
}

/* In the morning of the n-th day, nineteen in twenty of those who applied and are not isolated. */
static int
write_checkins(struct output *output, uint32_t n, struct error *e)
{
	struct city *city = &output->city;
	FILE *file = output->files[CHECKINS];
	instant morning = zone_day_start(&city->zone, city->options->from + (day_number)n) + 7 * 3600;
	char id[ID_NUMBER_TEXT_SIZE], at_text[TIME_TEXT_SIZE];

	for (uint32_t i = 0; i < city->people_count; i++) {
		const struct person *person = &city->people[i];
		instant at = morning + random_between(&city->random, 0, 9000);
		bool ill = person->onset <= at;
		int64_t tenths = random_between(&city->random, 360, 369);

		if (!random_chance(&city->random, 950000) || person->applied_at > at || person->confirmed <= at)
			continue;
		if (ill && random_chance(&city->random, 800000))
			tenths = random_between(&city->random, 375, 390);
		fprintf(file, "%s,%s,%lld.%lld,%s,no\n", city_id_number(city, person, id), time_write(at, &city->zone, at_text),
			(long long)tenths / 10, (long long)tenths % 10,
			!ill        ? ""
				: i % 2 ? "cough;fatigue"
						: "cough");
		output->summary.checkins++;
	}
	return check_written(output, CHECKINS, e);
}

static int
write_visits(struct output *output, struct error *e)
{
	struct city *city = &output->city;
	FILE *file = output->files[VISITS];
	char id[ID_NUMBER_TEXT_SIZE], from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], division[8] = "";

	for (uint32_t i = 0; i < city->people_count; i++) {
		const struct journey *journey = &city->people[i].journey;

		if (journey->from == NEVER || city->people[i].confirmed <= journey->from)
			continue; /* isolated before it: never left */
		snprintf(division, sizeof division, "%06u", journey->division % 1000000);
		fprintf(file, "%s,%s,%s,%s,%s\n", city_id_number(city, &city->people[i], id), journey->country,
			journey->division ? division : "", time_write(journey->from, &city->zone, from),
			time_write(journey->to, &city->zone, to));
		output->summary.visits++;
	}
	return check_written(output, VISITS, e);
}

/* People in the order of a moment of theirs. */
struct dated {
	instant at;
	uint32_t person;
};

static int
compare_dated(const void *left, const void *right)
{
	const struct dated *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->person < b->person ? -1 : a->person > b->person;
}

static const char *
time_or_nothing(const struct output *output, instant at, char *text)
{
	return at == NEVER ? "" : time_write(at, &output->city.zone, text);
}

static void
write_case(struct output *output, uint32_t number, uint32_t index, const char *infected_by)
{
	struct city *city = &output->city;
	const struct person *person = &city->people[index];
	char id[ID_NUMBER_TEXT_SIZE], onset[TIME_TEXT_SIZE] = "", sampled[TIME_TEXT_SIZE], confirmed[TIME_TEXT_SIZE];

	if (person->onset != NEVER)
		day_write(zone_day(&city->zone, person->onset), onset);
	time_write(person->confirmed, &city->zone, confirmed);
	fprintf(output->files[CASES], "C%05u,%s,%s,%s,%s,%s,%s,%s\n", number, city_id_number(city, person, id),
		person->onset == NEVER ? "asymptomatic" : "confirmed", onset, time_or_nothing(output, person->sampled, sampled),
		confirmed, confirmed, infected_by);
}

/* The cases found by the end, by confirmation. Who infected them is known where an interview would tell: the infector
 * was found before, and they live, work or learn together. */
static int
write_cases(struct output *output, struct dated *dated, uint32_t *numbers, struct error *e)
{
	struct city *city = &output->city;
	uint32_t count = 0;
	char infected_by[16];

	for (uint32_t i = 0; i < city->people_count; i++)
		if (city->people[i].confirmed < output->end)
			dated[count++] = (struct dated){city->people[i].confirmed, i};
	if (count)
		qsort(dated, count, sizeof *dated, compare_dated);
	for (uint32_t i = 0; i < count; i++) {
		const struct person *person = &city->people[dated[i].person];
		uint32_t by = person->infected_by;
		bool told = by != NOBODY && numbers[by] && city_place_kind(city, person->infected_place)[0] != 'v' &&
			city_place_kind(city, person->infected_place)[0] != 'c';

		numbers[dated[i].person] = i + 1;
		infected_by[0] = '\0';
		if (told)
			snprintf(infected_by, sizeof infected_by, "C%05u", numbers[by]);
		write_case(output, i + 1, dated[i].person, infected_by);
	}
	output->summary.cases = count;
	return check_written(output, CASES, e);
}

static int
write_infections(struct output *output, struct dated *dated, struct error *e)
{
	struct city *city = &output->city;
	char id[ID_NUMBER_TEXT_SIZE], by[ID_NUMBER_TEXT_SIZE], code[32], times[3][TIME_TEXT_SIZE];
	uint32_t count = 0;

	for (uint32_t i = 0; i < city->people_count; i++)
		if (city->people[i].infected_at < output->end)
			dated[count++] = (struct dated){city->people[i].infected_at, i};
	if (count)
		qsort(dated, count, sizeof *dated, compare_dated);
	for (uint32_t i = 0; i < count; i++) {
		const struct person *person = &city->people[dated[i].person];
		bool here = person->infected_by != NOBODY;

		fprintf(output->files[INFECTIONS], "%s,%s,%s,%s,%s,%s\n", city_id_number(city, person, id),
			here ? city_id_number(city, &city->people[person->infected_by], by) : "",
			here ? place_code(output, person->infected_place, code) : "",
			time_or_nothing(output, person->infected_at, times[0]),
			time_or_nothing(output, person->infectious_from, times[1]),
			time_or_nothing(output, person->onset, times[2]));
	}
	output->summary.infections = count;
	return check_written(output, INFECTIONS, e);
}

static int
open_tables(struct output *output, const char *folder, struct error *e)
{
	char *path = file_join(folder, "truth", e);
	int r = path ? file_make_folder(folder, 0755, e) : ERROR_NO_MEMORY;

	if (r == 0)
		r = file_make_folder(path, 0755, e);
	free(path);
	for (size_t i = 0; r == 0 && i < (output->city.options->ping_minutes ? TABLES : DEVICES); i++) {
		path = file_join(folder, tables[i].name, e);
		if (!path)
			return ERROR_NO_MEMORY;
		output->files[i] = fopen(path, "we");
		if (!output->files[i])
			r = error_set_errno(e, ERROR_IO, errno, "cannot make %s", path);
		else if (setvbuf(output->files[i], NULL, _IOFBF, TABLE_BUFFER_SIZE) != 0 ||
			fputs(tables[i].heading, output->files[i]) < 0)
			r = error_set_errno(e, ERROR_IO, errno, "cannot write %s", path);
		free(path);
	}
	return r;
}

/* Close what is open; a write that fails only now is a failure too, where none came before. */
static int
close_tables(struct output *output, int r, struct error *e)
{
	for (size_t i = 0; i < TABLES; i++)
		if (output->files[i] && fclose(output->files[i]) != 0 && r == 0)
			r = error_set_errno(e, ERROR_IO, errno, "cannot write %s", tables[i].name);
	return r;
}

static int
write_days(struct output *output, struct error *e)
{
	struct city *city = &output->city;
	struct day day = {0};
	int r = 0;

	for (uint32_t n = 0; n < city->options->days; n++) {
		if ((r = city_move(city, n, &day, write_stay, output, e)) < 0)
			goto out;
		city_infect(city, &day);
		if ((r = write_checkins(output, n, e)) < 0)
			goto out;
	}
	if ((r = city_settle(city, write_stay, output, e)) < 0 || !output->phones)
		goto out;
	if ((r = check_written(output, PINGS, e)) == 0)
		r = check_written(output, SIGNALS, e);
out:
	free(day.segments);
	return r;
}

int
simulate_write(
	const struct simulate_options *options, const char *folder, struct simulate_summary *ret_summary, struct error *e)
{
	struct output output = {0};
	struct dated *dated = NULL;
	uint32_t *numbers = NULL;
	int r;

	if ((r = city_make(options, &output.city, e)) < 0)
		return r;
	output.end = zone_day_start(&output.city.zone, options->from + (day_number)options->days);
	dated = calloc(options->people, sizeof *dated);
	numbers = calloc(options->people, sizeof *numbers);
	if (!dated || !numbers) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = open_tables(&output, folder, e)) < 0 || (r = write_places(&output, e)) < 0 ||
		(r = write_residents(&output, e)) < 0 || (r = write_phones(&output, e)) < 0 ||
		(r = write_days(&output, e)) < 0 || (r = write_visits(&output, e)) < 0 ||
		(r = write_cases(&output, dated, numbers, e)) < 0 || (r = write_infections(&output, dated, e)) < 0)
		goto out;
out:
	r = close_tables(&output, r, e);
	if (r == 0)
		*ret_summary = output.summary;
	free(dated);
	free(numbers);
	phones_free(output.phones);
	city_free(&output.city);
	return r;
}
