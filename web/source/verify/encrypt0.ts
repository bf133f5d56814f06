/* COSE_Encrypt0 (RFC 9052, 5.2) with A256GCM, and the key of one code, as docs/code-format.md has them. */

import { encode, Tagged } from 'cborg';
import { readCbor } from './cose.ts';

const TAG = 16;
const ALGORITHM = 1;
const CRITICAL = 2;
const NONCE = 5;
const A256GCM = 3;
const NONCE_SIZE = 12;
const INFO = new TextEncoder().encode('healthcode gates');

/* What is sealed in ${message} to the gate group whose key is ${group}, for the code of that id; null where it does not open. */
export async function openForGates(group: Uint8Array, id: Uint8Array, message: Uint8Array): Promise<Uint8Array | null> {
	let value = readCbor(message);
	if (value instanceof Tagged && value.tag === TAG)
		value = value.value;
	if (!Array.isArray(value) || value.length !== 3)
		return null;
	const [protectedBytes, open, sealed] = value as unknown[];
	if (!(protectedBytes instanceof Uint8Array) || !(open instanceof Map) || !(sealed instanceof Uint8Array))
		return null;
	const header = readCbor(protectedBytes);
	const nonce: unknown = open.get(NONCE);
	if (!(header instanceof Map) || header.get(ALGORITHM) !== A256GCM || header.has(CRITICAL) || open.has(CRITICAL) ||
		!(nonce instanceof Uint8Array) || nonce.length !== NONCE_SIZE)
		return null;
	try {
		const base = await crypto.subtle.importKey('raw', group as BufferSource, 'HKDF', false, ['deriveKey']);
		const key = await crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: id as BufferSource, info: INFO }, base,
			{ name: 'AES-GCM', length: 256 }, false, ['decrypt']);
		const covered = encode(['Encrypt0', protectedBytes, new Uint8Array(0)]);
		return new Uint8Array(await crypto.subtle.decrypt(
			{ name: 'AES-GCM', iv: nonce as BufferSource, additionalData: covered as BufferSource }, key, sealed as BufferSource));
	} catch {
		return null;
	}
}
