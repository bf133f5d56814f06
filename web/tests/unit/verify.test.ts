/* The device's verifier against the list and the code that docs/code-format.md shows, which the service made. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { base45Decode } from '../../source/verify/base45.ts';
import { verifyCode } from '../../source/verify/code.ts';
import { openForGates } from '../../source/verify/encrypt0.ts';
import { filterHas, readFilter } from '../../source/verify/filter.ts';
import { inflate } from '../../source/verify/inflate.ts';
import { readReceipt } from '../../source/verify/receipt.ts';
import { readGates, readTrust } from '../../source/verify/trust.ts';

const example = (name: string) => readFileSync(`${process.env.HEALTHCODE_SOURCE}/docs/code-format/${name}`);
const code = example('code.txt').toString().trim();
const list = new Uint8Array(example('trust.cbor'));
const at = (time: string) => Date.parse(time) / 1000;
const NOW = at('2020-03-24T08:00:30+08:00');

async function trust() {
	const read = await readTrust(list);
	assert.ok(read);
	return read;
}

test('the example is valid, green, and of its issuer', async () => {
	assert.deepEqual(await verifyCode(code, await trust(), NOW), { cause: null, issuer: 'hubei-2020', colour: 'green', issuedAt: at('2020-03-24T08:00:00+08:00'), card: null });
});

test('a line end after the text changes nothing', async () => {
	assert.equal((await verifyCode(`${code}\r\n`, await trust(), NOW)).cause, null);
});

test('it counts from its first second to the one before its end', async () => {
	const known = await trust();
	const causes = [];
	for (const time of ['07:59:59', '08:00:00', '08:00:59', '08:01:00'])
		causes.push((await verifyCode(code, known, at(`2020-03-24T${time}+08:00`))).cause);
	assert.deepEqual(causes, ['not_yet_valid', null, null, 'expired']);
});

test('no text that differs in one character is valid', async () => {
	const known = await trust();
	for (let i = 4; i < code.length; i += 7) {
		const other = code.slice(0, i) + (code[i] === 'A' ? 'B' : 'A') + code.slice(i + 1);
		const { cause } = await verifyCode(other, known, NOW);
		assert.notEqual(cause, null, `character ${i}`);
	}
});

test('what is no code is malformed', async () => {
	const known = await trust();
	for (const text of ['', 'HC1:', 'https://example.org/', 'HC1:é'])
		assert.equal((await verifyCode(text, known, NOW)).cause, 'malformed', text.slice(0, 20));
	assert.equal((await verifyCode(`HC1:${'0'.repeat(5000)}`, known, NOW)).cause, 'too_large');
});

test('a key of nobody on the list is unknown, and a revoked code is revoked', async () => {
	const known = await trust();
	assert.equal((await verifyCode(code, { ...known, keys: new Map() }, NOW)).cause, 'unknown_key');
	assert.equal((await verifyCode(code, { ...known, revoked: new Set(['53588b642f6a448eb08d47484728701d']) }, NOW)).cause, 'revoked');
});

test('a key that signs for another jurisdiction does not count, nor one outside its time, nor a revoked one', async () => {
	const known = await trust();
	const changed = (part: object) => ({
		...known,
		keys: new Map([...known.keys].map(([id, keys]) => [id, keys.map((key) => ({ ...key, ...part }))])),
	});
	assert.equal((await verifyCode(code, changed({ issuer: 'elsewhere' }), NOW)).cause, 'wrong_issuer');
	assert.equal((await verifyCode(code, changed({ to: NOW - 100 }), NOW)).cause, 'key_not_valid');
	assert.equal((await verifyCode(code, changed({ revokedAt: NOW }), NOW)).cause, 'revoked');
	assert.equal((await verifyCode(code, changed({ revokedAt: NOW + 1 }), NOW)).cause, null);
});

test('a list that is older than it says it may be does not vouch for anyone', async () => {
	const known = await trust();
	assert.equal((await verifyCode(code, { ...known, issuedAt: NOW - known.maxAge_s - 1 }, NOW)).cause, 'list_too_old');
});

test('a list with a changed byte, or of another root than the pinned one, is not taken', async () => {
	for (let i = 20; i < list.length; i += 17) {
		const other = list.slice();
		other[i] = (other[i] as number) ^ 1;
		assert.equal(await readTrust(other), null, `byte ${i}`);
	}
	assert.equal(await readTrust(list, '0000000000000000'), null);
	assert.ok(await readTrust(list, (await trust()).rootId));
	assert.equal(await readTrust(list.slice(0, -1)), null);
});

test('base45 is as RFC 9285 has it, and refuses what no encoder writes', () => {
	const text = (bytes: Uint8Array | null) => bytes && new TextDecoder().decode(bytes);
	assert.equal(text(base45Decode('BB8')), 'AB');
	assert.equal(text(base45Decode('%69 VD92EX0')), 'Hello!!');
	assert.equal(text(base45Decode('QED8WEX0')), 'ietf!');
	for (const bad of ['A', 'GGW', ':::', 'ZZ', 'ab0'])
		assert.equal(base45Decode(bad), null, bad);
});

test('inflating stops at its limit', async () => {
	const { deflateSync } = await import('node:zlib');
	const bomb = deflateSync(Buffer.alloc(10_000_000));
	assert.equal(await inflate(bomb, 32768), 'too_large');
	assert.equal((await inflate(deflateSync(Buffer.alloc(32768)), 32768) as Uint8Array).length, 32768);
});

test('a filter finds each id that was put in, hardly another, and is refused where it is cut off', () => {
	/* Written by filter_write for these three. */
	const ids = [1, 2, 3].map((n) => new Uint8Array(16).map((_, i) => (n * 77 + i * 31) & 0xff));
	const bytes = Uint8Array.from(Buffer.from('7422d39f9f9c9c9c', 'hex'));
	const filter = readFilter(3, bytes);
	assert.ok(filter);
	for (const id of ids)
		assert.ok(filterHas(filter, id));
	for (let n = 4; n < 200; n++)
		assert.equal(filterHas(filter, new Uint8Array(16).map((_, i) => (n * 77 + i * 31) & 0xff)), false, String(n));
	assert.equal(readFilter(3, bytes.slice(0, -1)), null);
	assert.equal(readFilter(4, bytes), null);
	assert.equal(readFilter(3, Uint8Array.from([...bytes, 0])), null);
});

const kept = (name: string) => readFileSync(`${process.env.HEALTHCODE_SOURCE}/tests/data/trust/${name}`);
const otherCode = kept('code_of_other.txt').toString().trim();
const WEEK_S = 7 * 86400;

test('the code of another whose list ours holds is read, until that list is too old', async () => {
	const holding = await readTrust(new Uint8Array(kept('with_others.cbor')));
	assert.ok(holding);
	const { cause, issuer } = await verifyCode(otherCode, holding, NOW);
	assert.deepEqual([cause, issuer], [null, 'hubei-2020']);
	const [other] = holding.others;
	assert.ok(other);
	const forever = { ...holding, maxAge_s: Infinity };
	const keys = new Map([...holding.keys].map(([id, list]) => [id, list.map((key) => ({ ...key, to: Infinity }))]));
	assert.equal((await verifyCode(otherCode, { ...forever, keys }, NOW)).cause, null);
	const aged = new Map([...keys].map(([id, list]) => [id, list.map((key) => ({ ...key, tooOldAt: key.tooOldAt - WEEK_S }))]));
	assert.equal((await verifyCode(otherCode, { ...forever, keys: aged }, NOW)).cause, 'list_too_old');
	assert.equal((await verifyCode(otherCode, { ...holding, others: [{ ...other, revoked: { has: () => true } as unknown as Set<string> }] }, NOW)).cause, 'revoked');
});

test('a list says whose codes count where; older lists do not', async () => {
	const list = await readTrust(new Uint8Array(kept('with_gates.cbor')));
	assert.deepEqual([...(list?.recognised ?? [])], [['ningbo-2020', [
		{ issuer: 'hubei-2020', colours: ['green'], fresh_s: 3600, from: at('2020-03-24T00:00:00+08:00'), to: null },
		{ issuer: 'national-2020', colours: ['green', 'yellow', 'red', 'gray'], fresh_s: null, from: null, to: at('2020-04-01T00:00:00+08:00') },
	]]]);
	assert.equal((await readTrust(new Uint8Array(kept('with_others.cbor'))))?.recognised, null);
});

test('what counts where is read whole or not at all', () => {
	const of = (...members: [number, unknown][]) => readGates(new Map([['a', [new Map<number, unknown>([[1, 'b'], [2, [1]], ...members])]]]));
	assert.deepEqual(of()?.get('a'), [{ issuer: 'b', colours: ['green'], fresh_s: null, from: null, to: null }]);
	assert.ok(of([6, 1]), 'what is not known is passed over');
	assert.deepEqual(readGates(new Map())?.size, 0);
	for (const bad of [[1, ''], [1, 1], [2, []], [2, [0]], [2, [5]], [2, ['1']], [2, 1], [3, 0], [3, 604801], [3, 'a'], [4, null], [4, 'a'], [5, null]] as [number, unknown][])
		assert.equal(of(bad), undefined, JSON.stringify(bad));
	for (const bad of [[], new Map([[1, []]]), new Map([['', []]]), new Map([['a', new Map()]]), new Map([['a', [1]]])])
		assert.equal(readGates(bad), undefined);
});

test('a receipt is read signed or as its number alone, and nothing else is one', async () => {
	const number = '0123456789abcdefghjkmnpqrs';
	assert.deepEqual(await readReceipt(` ${number.toUpperCase().slice(0, 13)} ${number.slice(13)}\n`), { number, verdict: null, at: null });
	assert.deepEqual(await readReceipt(readFileSync(`${process.env.HEALTHCODE_SOURCE}/tests/data/receipt/signed.txt`).toString().trim()),
		{ number, verdict: 'pass', at: at('2020-03-24T08:00:37+08:00') });
	for (const none of ['', 'https://example.org/', number.slice(1), `${number}0`, code, otherCode, 'HC1:'])
		assert.equal(await readReceipt(none), null, none);
});

const SEALED = process.env.HEALTHCODE_SOURCE + '/tests/data/sealed/';

test('a code for gates says its colour to who has the key of its jurisdiction and day', async () => {
	const read = (name: string) => readFileSync(SEALED + name);
	const known = await readTrust(new Uint8Array(read('trust.cbor')));
	assert.ok(known);
	const text = read('code.txt').toString().trim();
	const [key] = JSON.parse(read('gate_keys.json').toString()).items;
	const then = at('2020-03-20T08:00:20+08:00');
	const ask = async (keys: unknown[], when = then) => {
		const { cause, colour, issuer } = await verifyCode(text, known, when, keys as never);
		return [cause, colour, issuer];
	};
	assert.deepEqual(await ask([]), ['sealed', null, 'hangzhou-2020']);
	assert.deepEqual(await ask([key]), [null, 'green', 'hangzhou-2020']);
	assert.deepEqual(await ask([{ ...key, day: '2020-03-21' }]), ['sealed', null, 'hangzhou-2020']);
	assert.deepEqual(await ask([{ ...key, jurisdiction: 'elsewhere' }]), ['sealed', null, 'hangzhou-2020']);
	assert.deepEqual(await ask([{ ...key, key: '00'.repeat(32) }]), ['sealed', null, 'hangzhou-2020']);
	assert.deepEqual(await ask([key], then + 3600), ['expired', 'green', 'hangzhou-2020']);
});

test('what is sealed opens with its key and id alone, whichever bit of it is changed', async () => {
	const group = Uint8Array.from({ length: 32 }, (_, i) => i);
	const id = new Uint8Array(16).fill(7);
	const message = Uint8Array.from(Buffer.from('d08343a10103a1054c09090909090909090909090957bb6818546691ff138133a6ead9a8bb44a3ad0736419275', 'hex'));
	assert.equal(Buffer.from((await openForGates(group, id, message)) ?? []).toString('hex'), 'a13a0001000001');
	assert.equal(await openForGates(group, new Uint8Array(16), message), null);
	for (let i = 1; i < message.length; i++)
		assert.equal(await openForGates(group, id, message.map((byte, j) => (i === j ? byte ^ 1 : byte))), null, String(i));
});
