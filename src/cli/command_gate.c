#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/store.h"

enum { TEMPERATURE_LEAST = 300, TEMPERATURE_MOST = 450 };

/* The code: the word itself where it begins as one, else the text in the file or picture of that name. */
static int
read_code(const char *word, struct buffer *text)
{
	struct buffer content = buffer_make(QR_PICTURE_MAX);
	struct error e = {0};
	int code = 0;

	if (text_starts(word, "HC1:")) {
		if (buffer_add_text(text, word, &e) < 0)
			code = cli_fail(&e);
	} else if (file_read(word, &content, &e) < 0 ||
		(qr_is_picture(content.data, content.length) ? qr_read(content.data, content.length, text, &e)
													 : buffer_add(text, content.data, content.length, &e)) < 0) {
		code = e.code == ERROR_EXISTS_NOT ? (cli_fail(&e), EXIT_BAD_INPUT) : cli_fail(&e);
	}
	while (!code && text->length && strchr(" \r\n", text->data[text->length - 1]))
		text->data[--text->length] = 0;
	buffer_free(&content);
	return code;
}

static int
print_answer(struct cli *cli, const struct gate_answer *answer)
{
	const char *cause = answer->cause ? gate_cause_name(answer->cause) : NULL;

	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s, s:{s:s, s:s}, s:s?, s:s?}", "verdict",
			gate_verdict_name(answer->verdict), "cause", cause, "card", *answer->card ? answer->card : NULL, "name_end",
			*answer->name_end ? answer->name_end : NULL, "id_number_end",
			*answer->id_number_end ? answer->id_number_end : NULL, "receipt", answer->receipt, "act", "zh",
			answer->act->zh, "en", answer->act->en, "end", gate_end_name(answer->act->end), "signed_receipt",
			*answer->signed_receipt ? answer->signed_receipt : NULL));
	printf("%s%s%s\n%s\n", gate_verdict_name(answer->verdict), cause ? ": " : "", cause ? cause : "", answer->act->en);
	if (*answer->card)
		printf("ID card ends in %s\n", answer->card);
	if (*answer->name_end || *answer->id_number_end)
		printf("name ends in %s, ID number in %s\n", *answer->name_end ? answer->name_end : "-",
			*answer->id_number_end ? answer->id_number_end : "-");
	printf("receipt %s\n", answer->receipt);
	return EXIT_DONE;
}

static int
print_count(struct cli *cli, const struct registry_refusal_count *count)
{
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:I}", "place", count->place, "by", count->by, "verdict",
			count->verdict, "cause", count->cause, "count", (json_int_t)count->count));
	printf("%lld  %s  %s  %s: %s\n", (long long)count->count, count->place, count->by, count->verdict, count->cause);
	return EXIT_DONE;
}

static int
refusals(struct cli *cli, int argc, char **argv)
{
	const char *text = NULL;
	const struct cli_option options[] = {{"since", OPTION_VALUE, &text}};
	struct registry_refusal_count *counts = NULL;
	struct cli_store store = {0};
	instant since = INT64_MIN;
	struct error e = {0};
	size_t words_count, count = 0;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &words_count);

	if (code)
		return code;
	if (words_count != 0)
		return cli_usage(cli, "refusals takes nothing but --since TIME");
	if ((code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if ((code = cli_store_open(cli, false, &store)))
		goto out;
	if (text && time_read(text, strlen(text), cli_zone(&store), &since, &e) < 0)
		code = cli_usage(cli, "--since: %s", e.message);
	else if (registry_refusal_counts(store.registry, since, &counts, &count, &e) < 0)
		code = cli_fail(&e);
	for (size_t i = 0; code == 0 && i < count; i++)
		code = print_count(cli, &counts[i]);
out:
	free(counts);
	cli_store_close(&store);
	return code;
}

static int
check(struct cli *cli, int argc, char **argv)
{
	const char *place = NULL, *temperature = NULL, *typed = NULL;
	const struct cli_option options[] = {{"place", OPTION_VALUE, &place}, {"temperature", OPTION_VALUE, &temperature},
		{"id-number", OPTION_VALUE, &typed}};
	struct buffer text = buffer_make(QR_PICTURE_MAX);
	struct gate_question question;
	struct gate_answer answer;
	struct cli_store store = {0};
	struct error e = {0};
	int64_t tenths_c = 0;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count != (typed ? 1 : 2) || strcmp(words[0], "check") != 0 || !place)
		return cli_usage(cli, "check takes one code, or --id-number, and --place");
	if (temperature &&
		(!text_decimal(temperature, strlen(temperature), 1, &tenths_c) || tenths_c < TEMPERATURE_LEAST ||
			tenths_c > TEMPERATURE_MOST))
		return cli_usage(cli, "--temperature is 30.0 to 45.0 degrees Celsius, not '%s'", temperature);
	if ((!typed && (code = read_code(words[1], &text))) || (code = cli_store_open(cli, true, &store)))
		goto out;
	question = (struct gate_question){.code = typed ? NULL : buffer_text(&text),
		.id_number = typed,
		.place = place,
		.by = cli_actor(&store),
		.temperature_tenths_c = (int32_t)tenths_c};
	if (gate_check(store.cascade, store.issuer, &question, &answer, &e) < 0)
		code = cli_fail(&e);
	else if ((code = print_answer(cli, &answer)) == EXIT_DONE && answer.verdict != GATE_PASS)
		code = EXIT_NO;
out:
	buffer_free(&text);
	cli_store_close(&store);
	return code;
}

/* A receipt that somebody hands over: whether it is one of ours, and what it says. */
static int
receipt(struct cli *cli, int argc, char **argv)
{
	const char *trust_path = NULL;
	const struct cli_option options[] = {{"trust", OPTION_VALUE, &trust_path}};
	struct buffer text = buffer_make(QR_PICTURE_MAX);
	struct receipt found = {0};
	struct trust *trust = NULL;
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	bool holds = false;
	size_t count;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1 || !trust_path)
		return cli_usage(cli, "receipt takes one receipt and --trust");
	if ((code = read_code(words[0], &text)))
		goto out;
	if (trust_load(trust_path, &trust, &e) < 0 ||
		receipt_verify(buffer_text(&text), text.length, trust, &found, &holds, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	if (cli->json)
		code = cli_print_json(json_pack("{s:b, s:s, s:s, s:s, s:s?, s:s?}", "valid", holds, "receipt", found.number,
			"place", found.place, "verdict", found.verdict, "cause", *found.cause ? found.cause : NULL, "at",
			holds ? time_write(found.at, &zone_utc, at) : NULL));
	else if (holds)
		printf("%s: %s%s%s at %s, %s\n", found.number, found.verdict, *found.cause ? ": " : "", found.cause,
			found.place, time_write(found.at, &zone_utc, at));
	else
		puts("bad_signature");
	if (!code && !holds)
		code = EXIT_NO;
out:
	trust_free(trust);
	buffer_free(&text);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "receipt") == 0)
		return receipt(cli, argc - 1, argv + 1);
	return argc > 1 && strcmp(argv[1], "refusals") == 0 ? refusals(cli, argc - 1, argv + 1) : check(cli, argc, argv);
}

const struct command command_gate = {
	.name = "gate",
	.summary = "check a code at a place, and count who was kept out",
	.usage =
		"gate check TEXT|FILE --place ID [--temperature C] | gate check --id-number N --place ID | gate receipt TEXT|FILE --trust FILE | gate refusals [--since TIME]",
	.help =
		"Checks a code as a gate does: prints pass, ask or refuse with the cause, what to do, and the receipt's number. The\n"
		"code is its text, or a file or picture that holds it. Nothing about the person is shown, but where the pack's \"name_places\"\n"
		"need it: the last character of the name and the last four of the ID number, of which the holder's log tells. Exit 0 if it\n"
		"passes, 1 if not; 4 where the machine's clock can't be right, since it stands before what was last written here.\n\n"
		"  --place ID        where, as 'import places' names it\n"
		"  --temperature C   in degrees Celsius, 30.0 to 45.0\n"
		"  --id-number N     of who has neither phone nor paper, instead of a code: the answer is the verdict alone, the holder\n"
		"                    is told, and each device may type as many an hour as the pack allows\n\n"
		"A code on paper counts with its holder's colour of now, and passes once the ID card that comes with it ends in what is\n"
		"shown.\n\n"
		"receipt checks a receipt that somebody hands over, and prints what was decided, where and when. Exit 1 if its\n"
		"signature does not hold.\n\n"
		"refusals counts whom guards kept out, by place, guard, the gate's own verdict and the cause that the guard gave.\n"
		"\"pass: told_by_superior\" is somebody who should have passed, and did.\n\n"
		"  --since TIME      only those from then on\n",
	.run = run,
};
