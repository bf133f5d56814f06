/* What the pages decide by themselves. */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Code, Slot } from '../../source/api.ts';
import { holds } from '../../source/fields.tsx';
import { decide, type GateRules, recognisedAt } from '../../source/gate/decide.ts';
import { deliver, deliveredAs, enqueue, QUEUE_MAX, refuseWaiting, waiting } from '../../source/gate/queue.ts';
import { idNumberFault, tidyIdNumber } from '../../source/id_number.ts';
import { forget, keep, recall } from '../../source/keep.ts';
import { sayClock, sayDay, sayTime, setLanguage, t } from '../../source/language.ts';
import { readTemperature } from '../../source/parts.tsx';
import { qrPath } from '../../source/qr.tsx';
import { AHEAD_MAX, pick, take, wantedAhead } from '../../source/resident/keeper.ts';
import { evidenceWords } from '../../source/resident/reasons.tsx';
import en from '../../source/texts/en.json';
import zh from '../../source/texts/zh.json';
import type { Recognition, Trust } from '../../source/verify/trust.ts';

const T = Date.parse('2020-03-24T08:00:00+08:00');
const time = (second: number) => new Date(T + second * 1000).toISOString();
const slot = (second: number, colour: Slot['colour'] = 'green', code = `HC1:${second}`): Slot =>
	({ colour, code, issued_at: time(second), expires_at: time(second + 60) });
const answer = (second: number, ahead: number, colour: Slot['colour'] = 'green'): Code => ({
	...slot(second, colour), jurisdiction: 'x', since: time(0), refresh_at: time(second + 45), now: time(second),
	slots: Array.from({ length: ahead }, (_, i) => slot(second + 60 * (i + 1), colour)),
});

test('both languages have the same texts, with the same places to fill', () => {
	assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
	const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
	for (const [key, text] of Object.entries(en)) {
		assert.deepEqual(places(zh[key as keyof typeof zh]), places(text), key);
		assert.ok(text.trim() && zh[key as keyof typeof zh].trim(), key);
	}
});

test('a code is shown only while it is valid', () => {
	const kept = take(null, answer(0, 2), T);
	assert.equal(pick(kept, T - 1), null);
	assert.equal(pick(kept, T)?.code, 'HC1:0');
	assert.equal(pick(kept, T + 59_999)?.code, 'HC1:0');
	assert.equal(pick(kept, T + 60_000)?.code, 'HC1:60');
	assert.equal(pick(kept, T + 180_000), null);
});

test('the fresher of two valid codes is shown', () => {
	const kept = take(take(null, answer(0, 2), T), answer(45, 0), T + 45_000);
	assert.equal(pick(kept, T + 50_000)?.code, 'HC1:45');
});

test('codes are fetched ahead when few are left, and not before', () => {
	assert.equal(wantedAhead(null, T), AHEAD_MAX);
	const kept = take(null, answer(0, 120), T);
	assert.equal(wantedAhead(kept, T + 60_000), 0);
	assert.equal(wantedAhead(kept, T + 65 * 60_000), AHEAD_MAX);
});

test('a colour that changed throws away the codes fetched ahead', () => {
	const kept = take(take(null, answer(0, 30), T), answer(45, 0, 'red'), T + 45_000);
	for (const second of [46, 61, 500])
		assert.notEqual(pick(kept, T + second * 1000)?.colour, 'green', String(second));
});

test('what is kept does not grow', () => {
	let kept = take(null, answer(0, 30), T);
	for (let second = 45; second < 3600; second += 45)
		kept = take(kept, answer(second, wantedAhead(kept, T + second * 1000)), T + second * 1000);
	assert.ok(kept.slots.length <= AHEAD_MAX + 2);
	assert.ok(pick(kept, T + 3600_000));
});

const rules: GateRules = {
	verdicts: { green: 'pass', yellow: 'ask', red: 'refuse', gray: 'ask' }, fever_tenths_c: 373, recognises: ['neighbour'],
	recognition: [{ jurisdiction: 'neighbour', colours: ['green'], fresh_s: 600, from: '2020-03-24T00:00:00+08:00', to: '2020-03-26T00:00:00+08:00' }],
};
const trustThat = (recognised: Trust['recognised']) => ({ recognised }) as Trust;
const RECOGNISED = recognisedAt('here', trustThat(null), rules);
const HERE = { jurisdiction: 'here', care: false };
const NOW_S = Date.parse('2020-03-25T08:00:00+08:00') / 1000;
const valid = (colour: Slot['colour'], issuer = 'here', issuedAt = NOW_S) => ({ cause: null, issuer, colour, issuedAt });

test('green passes, red does not, and the code of a neighbour is taken only where it is recognised', () => {
	assert.deepEqual(decide(valid('green'), HERE, rules, RECOGNISED, null, NOW_S), { verdict: 'pass', cause: null, colour: 'green', care: false });
	assert.deepEqual(decide(valid('red'), HERE, rules, RECOGNISED, null, NOW_S), { verdict: 'refuse', cause: 'red', colour: 'red', care: false });
	assert.equal(decide(valid('green', 'neighbour'), HERE, rules, RECOGNISED, null, NOW_S).verdict, 'pass');
	assert.equal(decide(valid('green', 'nobody'), HERE, rules, RECOGNISED, null, NOW_S).cause, 'not_recognised');
});

test('a neighbour counts in the colours, the time and the freshness that are recognised', () => {
	const causes = [valid('yellow', 'neighbour'), valid('green', 'neighbour', NOW_S - 599), valid('green', 'neighbour', NOW_S - 600)]
		.map((code) => decide(code, HERE, rules, RECOGNISED, null, NOW_S).cause);
	assert.deepEqual(causes, ['not_recognised', null, 'not_recognised']);
	const later = [-2 * 86400, 0, 86400].map((by) => decide(valid('green', 'neighbour', NOW_S + by), HERE, rules, RECOGNISED, null, NOW_S + by).cause);
	assert.deepEqual(later, ['not_recognised', null, 'not_recognised']);
});

test('whose codes count is said by the signed list, and by the service only where the list does not say', () => {
	const says = (list: Recognition[]) => recognisedAt('here', trustThat(new Map([['here', list]])), rules);
	const all: Recognition = { issuer: 'other', colours: ['green', 'red'], fresh_s: null, from: null, to: null };
	const cause = (issuer: string, recognised: readonly Recognition[]) => decide(valid('green', issuer), HERE, rules, recognised, null, NOW_S).cause;
	assert.deepEqual(RECOGNISED, [{ issuer: 'neighbour', colours: ['green'], fresh_s: 600, from: NOW_S - 32 * 3600, to: NOW_S + 16 * 3600 }]);
	assert.equal(cause('other', says([all])), null);
	assert.equal(cause('other', says([{ ...all, colours: ['red'] }])), 'not_recognised');
	assert.equal(cause('neighbour', says([all])), 'not_recognised', 'the service is not asked where the list says');
	assert.equal(cause('neighbour', says([])), 'not_recognised');
	assert.deepEqual(recognisedAt('elsewhere', trustThat(new Map([['here', [all]]])), rules), []);
});

test('a fever asks, and does not soften a refusal', () => {
	assert.equal(decide(valid('green'), HERE, rules, RECOGNISED, 372, NOW_S).verdict, 'pass');
	assert.deepEqual(decide(valid('green'), HERE, rules, RECOGNISED, 373, NOW_S), { verdict: 'ask', cause: 'fever', colour: 'green', care: false });
	assert.equal(decide(valid('red'), HERE, rules, RECOGNISED, 390, NOW_S).verdict, 'refuse');
});

test('a code that does not count is refused and tells no colour', () => {
	const decision = decide({ cause: 'expired', issuer: 'here', colour: 'green', issuedAt: NOW_S }, HERE, rules, RECOGNISED, null, NOW_S);
	assert.deepEqual(decision, { verdict: 'refuse', cause: 'expired', colour: null, care: false });
	assert.equal(decide({ cause: 'list_too_old', issuer: 'here', colour: 'green', issuedAt: NOW_S }, HERE, rules, RECOGNISED, null, NOW_S).cause, 'unknown_issuer');
});

test('where care is given nobody is refused, whatever the code', () => {
	const clinic = { jurisdiction: 'here', care: true };
	assert.deepEqual(decide(valid('red'), clinic, rules, RECOGNISED, 390, NOW_S), { verdict: 'ask', cause: 'red', colour: 'red', care: true });
	assert.deepEqual(decide({ cause: 'malformed', issuer: null, colour: null, issuedAt: null }, clinic, rules, RECOGNISED, null, NOW_S),
		{ verdict: 'ask', cause: 'malformed', colour: null, care: true });
	assert.deepEqual(decide(valid('green'), clinic, rules, RECOGNISED, null, NOW_S), { verdict: 'pass', cause: null, colour: 'green', care: false });
});

const REQUEST = { code: 'HC1:X', place: 'p', offline: { at: time(0), verdict: 'pass' as const, cause: null } };

/* The service, as the delivery of checks meets it: each answer in turn, null being no network. */
function service(answers: (null | { status: number; body: unknown })[]) {
	const asked: { path: string; key: string | null }[] = [];
	globalThis.fetch = async (path, request) => {
		asked.push({ path: String(path), key: new Headers(request?.headers).get('Idempotency-Key') });
		const next = answers.shift();
		if (!next)
			throw new TypeError('no network');
		return new Response(JSON.stringify(next.body), { status: next.status });
	};
	return asked;
}
const taken = { status: 201, body: { receipt: 'R1234567' } };

test('checks wait while there is no network, and are delivered in order with their refusals', async () => {
	forget('gate.queue');
	const first = enqueue(REQUEST);
	enqueue({ ...REQUEST, place: 'q' });
	assert.ok(first && refuseWaiting(first.key, 'fever'));
	service([null]);
	assert.deepEqual(await deliver(), { delivered: 0, given_up: 0, signed_out: false });
	assert.equal(waiting().length, 2);

	const asked = service([taken, taken, taken]);
	assert.equal((await deliver()).delivered, 2);
	assert.deepEqual(asked.map((one) => one.path), ['/v1/checks', '/v1/checks/R1234567/refusals', '/v1/checks']);
	assert.equal(asked[0]?.key, first.key);
	assert.equal(waiting().length, 0);
});

test('a delivery that broke off goes on under the same name', async () => {
	forget('gate.queue');
	const item = enqueue(REQUEST);
	assert.ok(item && refuseWaiting(item.key, 'symptoms'));
	service([taken, null]);
	await deliver();
	assert.equal(waiting()[0]?.receipt, 'R1234567');
	const asked = service([taken]);
	await deliver();
	assert.deepEqual(asked.map((one) => one.path), ['/v1/checks/R1234567/refusals']);
});

test('a check whose answer was lost is delivered as the one that it was', async () => {
	forget('gate.queue');
	enqueue(REQUEST, 'asked-before');
	const asked = service([{ status: 422, body: { type: '/problems/idempotency-key-reused', title: '', status: 422 } }, taken]);
	assert.deepEqual(await deliver(), { delivered: 1, given_up: 0, signed_out: false });
	assert.deepEqual(asked.map((one) => one.key), ['asked-before', 'asked-before']);
	assert.equal(deliveredAs('asked-before'), 'R1234567');
});

test('a check that the service has from the guard of the shift before is delivered, and its refusal and what waits behind it follow', async () => {
	forget('gate.queue');
	const receipt = '0123456789abcdefghjkmnpqrs';
	const first = enqueue({ ...REQUEST, receipt }, 'asked-before');
	enqueue({ ...REQUEST, place: 'q' });
	assert.ok(first && refuseWaiting(first.key, 'fever'));
	const asked = service([{ status: 409, body: { type: '/problems/receipt-taken', title: '', status: 409 } }, taken, taken]);
	assert.deepEqual(await deliver(), { delivered: 2, given_up: 0, signed_out: false });
	assert.deepEqual(asked.map((one) => one.path), ['/v1/checks', `/v1/checks/${receipt}/refusals`, '/v1/checks']);
	assert.equal(deliveredAs('asked-before'), receipt);
	assert.equal(waiting().length, 0);
});

test('what the service will never take is given up and counted; without a session it waits', async () => {
	forget('gate.queue');
	enqueue(REQUEST);
	service([{ status: 401, body: { type: '/problems/sign-in-needed', title: '', status: 401 } }]);
	assert.deepEqual(await deliver(), { delivered: 0, given_up: 0, signed_out: true });
	assert.equal(waiting().length, 1);
	service([{ status: 422, body: { type: '/problems/invalid', title: '', status: 422 } }]);
	assert.equal((await deliver()).given_up, 1);
	assert.equal(waiting().length, 0);
});

test('a full queue takes no more and drops none', () => {
	forget('gate.queue');
	for (let i = 0; i < QUEUE_MAX; i++)
		assert.ok(enqueue(REQUEST));
	assert.equal(enqueue(REQUEST), null);
	assert.equal(waiting().length, QUEUE_MAX);
	forget('gate.queue');
});

test('an ID number with spaces and a small x is understood, and a slip is found', () => {
	assert.equal(tidyIdNumber(' 1101 0519491231002x '), '11010519491231002X');
	assert.equal(tidyIdNumber('１１０１０５１９４９１２３１００２Ｘ'), '11010519491231002X');
	assert.equal(idNumberFault('11010519491231002x'), null);
	assert.equal(idNumberFault('110105194912310021'), 'id.check_digit');
	assert.equal(idNumberFault('110105491231002'), null);
	assert.equal(idNumberFault('E12345678'), null);
	assert.equal(idNumberFault('1101051949123100'), 'id.short');
	assert.equal(idNumberFault('11010519491231002/'), 'id.characters');
});

test('a temperature is read as people type it', () => {
	assert.equal(readTemperature('36.5'), 365);
	assert.equal(readTemperature('３６，５'), 365);
	assert.equal(readTemperature(' 37 '), 370);
	for (const bad of ['', '365', '36.55', '29.9', '45.1', 'x'])
		assert.equal(readTemperature(bad), null, bad);
});

test('times are told as the clock on the wall there, whatever the zone of the phone', () => {
	setLanguage('en');
	assert.match(sayTime('2020-03-15T00:00:00+08:00'), /^15 March.*00:00$/);
	assert.equal(sayDay('2020-03-15'), '15 March 2020');
	assert.equal(sayClock(T + 5000, '2020-03-24T08:00:00+08:00'), '08:00:05');
	setLanguage('zh');
	assert.match(sayTime('2020-03-15T00:00:00+08:00'), /^3月15日/);
	setLanguage('en');
});

test('evidence is told in words', () => {
	assert.deepEqual(evidenceWords({ at: '2020-03-14T08:00:00+08:00', temperature_tenths_c: 366, symptoms: [], contact: false }).slice(1),
		[t('evidence.temperature', { value: '36.6' }), t('evidence.well')]);
	assert.deepEqual(evidenceWords({ from: '2020-01-20', to: '2020-01-28' }), ['20 January 2020 to 28 January 2020']);
});

test('a division holds its parts', () => {
	assert.ok(holds('330000', '330106') && holds('330100', '330106'));
	assert.ok(!holds('330200', '330106') && !holds('330106', '330106') && !holds('330000', ''));
});

test('a QR code is drawn in runs', () => {
	assert.equal(qrPath([[true, true, false, true]]), 'M0 0h2v1h-2zM3 0h1v1h-1z');
});

test('what is kept is found again, and forgotten by its beginning', () => {
	keep('me.a', { n: 1 });
	keep('other', 2);
	forget('me.');
	assert.equal(recall('me.a'), undefined);
	assert.equal(recall('other'), 2);
});
