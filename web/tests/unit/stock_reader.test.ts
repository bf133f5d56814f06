/* A reader of the EU's certificates that knows nothing of us opens and verifies the code of docs/code-format.md. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { addCachedKeys, debug, unpackAndVerify } from '@pathcheck/dcc-sdk';

const example = (name: string) => readFileSync(`${process.env.HEALTHCODE_SOURCE}/docs/code-format/${name}`);
const code = example('code.txt').toString().trim();

/* The P-256 keys that stand in the list, by id, as base64. */
function keysOf(list: Buffer): Record<string, string> {
	const head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
	const keys: Record<string, string> = {};
	for (let at = list.indexOf(head); at >= 0; at = list.indexOf(head, at + 1)) {
		const der = list.subarray(at, at + 91);
		keys[createHash('sha256').update(der).digest().subarray(0, 8).toString('base64')] = der.toString('base64');
	}
	return keys;
}

test('a stock reader finds what the manual shows in our container', async () => {
	const opened = await debug(code);
	assert.equal(opened.tag, 18);
});

test('a stock reader finds that our signature holds, and reads the claims', async () => {
	addCachedKeys(keysOf(example('trust.cbor')));
	const { status, contents } = await unpackAndVerify(code);
	assert.equal(status, 'verified');
	assert.equal(contents.get(1), 'hubei-2020');
	assert.equal(contents.get(4), 1585008060);
	assert.equal(contents.get(6), 1585008000);
	assert.equal(contents.get(-65537), 1);
});

test('a stock reader refuses our code with a character changed', async () => {
	const { status } = await unpackAndVerify(`${code.slice(0, -20)}${code.at(-20) === 'A' ? 'B' : 'A'}${code.slice(-19)}`);
	assert.notEqual(status, 'verified');
});
