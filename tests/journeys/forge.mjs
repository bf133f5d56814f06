// Makes of a good code one that must not count: node forge.mjs WHAT TEXT. For the journeys and the pages' tests.

import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { deflateSync, inflateSync } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

function decode(text) {
	const values = [...text].map((c) => ALPHABET.indexOf(c));
	const bytes = [];
	for (let i = 0; i < values.length; i += 3) {
		const [a, b, c] = values.slice(i, i + 3);
		const value = a + 45 * b + (c === undefined ? 0 : 2025 * c);
		bytes.push(...(c === undefined ? [value] : [value >> 8, value & 255]));
	}
	return Buffer.from(bytes);
}

function encode(bytes) {
	let text = '';
	for (let i = 0; i < bytes.length; i += 2) {
		let value = i + 1 < bytes.length ? bytes[i] * 256 + bytes[i + 1] : bytes[i];
		for (let n = i + 1 < bytes.length ? 3 : 2; n > 0; n--) {
			text += ALPHABET[value % 45];
			value = Math.floor(value / 45);
		}
	}
	return text;
}

const open = (text) => inflateSync(decode(text.slice('HC1:'.length)));
const close = (message) => `HC1:${encode(deflateSync(message))}`;
const changed = (text, change) => {
	const message = open(text);
	change(message);
	return close(message);
};

// As code_issue writes it: d2 84, the protected header as bytes (its algorithm, then the kid), a0, the claims, and 58 40 with the signature.
const SIGNATURE = 64;
const ALGORITHM = 5;
function signedAgain(text) {
	const message = open(text);
	const header = message.subarray(3, 3 + (message[2] & 31));
	const at = 3 + header.length + 1;
	const payload = message[at] === 0x58 ? message.subarray(at, message.length - SIGNATURE - 2) : null;
	if (!payload) throw new Error('the code is written otherwise than it was');
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
	const signed = Buffer.concat([Buffer.from([0x84, 0x6a]), Buffer.from('Signature1'), message.subarray(2, 3), header, Buffer.from([0x40]), payload]);
	sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }).copy(message, message.length - SIGNATURE);
	return close(message);
}

export const forge = {
	// Another colour, the signature left.
	forged: (text) => changed(text, (m) => void (m[m.length - SIGNATURE - 3] = m[m.length - SIGNATURE - 3] === 1 ? 2 : 1)),
	// Signed by a key of one's own, under the kid of the trusted one.
	're-signed': signedAgain,
	'trailing-byte': (text) => close(Buffer.concat([open(text), Buffer.from([0])])),
	'oversize-deflate': () => close(Buffer.alloc(2 << 20)),
	// ES256 made EdDSA.
	'alg-swapped': (text) => changed(text, (m) => void (m[ALGORITHM] = 0x27)),
};

// Bundled into a test it is the main file too, and has no words.
if (process.argv.length === 4 && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(forge[process.argv[2]](process.argv[3]));
