/* Each way to bring a code that must not count, as the guard's page sees it: the cause of the device's verifier, and what the guard is shown. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { forge } from '../../../tests/journeys/forge.mjs';
import { verifyCode } from '../../source/verify/code.ts';
import { readTrust } from '../../source/verify/trust.ts';

const example = (name: string) => readFileSync(`${process.env.HEALTHCODE_SOURCE}/docs/code-format/${name}`);
const code = example('code.txt').toString().trim();
const NOW = Date.parse('2020-03-24T08:00:30+08:00') / 1000;

const known = await readTrust(new Uint8Array(example('trust.cbor')));
assert.ok(known);
const list = known;
type Trust = typeof list;

const cases: [name: string, text: string, trust: Trust, at: number, cause: string][] = [
	['forged', forge.forged(code), list, NOW, 'bad_signature'],
	['expired', code, list, NOW + 30, 'expired'],
	['not-yet-valid', code, list, NOW - 31, 'not_yet_valid'],
	['wrong-key', code, { ...list, keys: new Map() }, NOW, 'unknown_key'],
	['revoked', code, { ...list, revoked: new Set(['53588b642f6a448eb08d47484728701d']) }, NOW, 'revoked'],
	['re-signed', forge['re-signed'](code), list, NOW, 'bad_signature'],
	['trailing-byte', forge['trailing-byte'](code), list, NOW, 'malformed'],
	['oversize-deflate', forge['oversize-deflate'](code), list, NOW, 'too_large'],
	['alg-swapped', forge['alg-swapped'](code), list, NOW, 'wrong_algorithm'],
	['stale-list', code, { ...list, issuedAt: NOW - list.maxAge_s - 1 }, NOW, 'list_too_old'],
];

for (const [name, text, trust, at, cause] of cases)
	test(`${name} is refused as ${cause}`, async () => {
		assert.equal((await verifyCode(text, trust, at)).cause, cause);
	});
