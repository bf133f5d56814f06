/* COSE_Sign1 (RFC 9052, 4.2) with ES256, PS256 or EdDSA, read as strictly as the service reads it: no doubled key, no detached payload,
 * nothing critical that is not understood, no bytes after the message. */

import { decode, encode, Tagged } from 'cborg';

export type CborMap = Map<unknown, unknown>;

export interface Sign1 {
	algorithm: unknown; /* of the protected header */
	keyId: Uint8Array | null;
	protectedBytes: Uint8Array;
	payload: Uint8Array;
	signature: Uint8Array;
}

export const ES256 = -7;

/* The kind of key that goes with each algorithm, as WebCrypto names it. */
const KIND: Record<number, { key: RsaHashedImportParams | EcKeyImportParams | Algorithm; check: RsaPssParams | EcdsaParams | Algorithm }> = {
	[ES256]: { key: { name: 'ECDSA', namedCurve: 'P-256' }, check: { name: 'ECDSA', hash: 'SHA-256' } },
	[-37]: { key: { name: 'RSA-PSS', hash: 'SHA-256' }, check: { name: 'RSA-PSS', saltLength: 32 } },
	[-8]: { key: { name: 'Ed25519' }, check: { name: 'Ed25519' } },
};

/* Whether a code may be signed with this algorithm at all, and with this key. */
export const algorithmIsKnown = (algorithm: unknown): boolean => typeof algorithm === 'number' && algorithm in KIND;
export const keySuits = (key: CryptoKey, algorithm: unknown): boolean =>
	typeof algorithm === 'number' && KIND[algorithm]?.key.name === key.algorithm.name;
const ALGORITHM = 1;
const CRITICAL = 2;
const KEY_ID = 4;

/* One CBOR value with maps as Map, or undefined where it is malformed. */
export function readCbor(bytes: Uint8Array): unknown {
	try {
		return decode(bytes, {
			useMaps: true,
			rejectDuplicateMapKeys: true,
			allowBigInt: false,
			tags: Tagged.preserve(61, 18, 16),
		});
	} catch {
		return undefined;
	}
}

/* The message, or null. Nothing of it is proved yet. */
export function readSign1(bytes: Uint8Array): Sign1 | null {
	let value = readCbor(bytes);
	if (value instanceof Tagged && value.tag === 61)
		value = value.value;
	if (value instanceof Tagged && value.tag === 18)
		value = value.value;
	if (!Array.isArray(value) || value.length !== 4)
		return null;
	const [protectedBytes, unprotectedHeader, payload, signature] = value as unknown[];
	if (!(protectedBytes instanceof Uint8Array) || !(unprotectedHeader instanceof Map) ||
		!(payload instanceof Uint8Array) || !(signature instanceof Uint8Array))
		return null;
	const header = protectedBytes.length === 0 ? new Map() : readCbor(protectedBytes);
	if (!(header instanceof Map) || header.has(CRITICAL) || unprotectedHeader.has(CRITICAL))
		return null;
	const keyId = header.get(KEY_ID) ?? unprotectedHeader.get(KEY_ID) ?? null;
	if (keyId !== null && !(keyId instanceof Uint8Array))
		return null;
	return { algorithm: header.get(ALGORITHM), keyId, protectedBytes, payload, signature };
}

/* Whether the signature holds under ${key}. */
export async function sign1Holds(message: Sign1, key: CryptoKey): Promise<boolean> {
	const signed = encode(['Signature1', message.protectedBytes, new Uint8Array(0), message.payload]);
	const kind = KIND[message.algorithm as number];
	if (!kind || !keySuits(key, message.algorithm))
		return false;
	try {
		return await crypto.subtle.verify(kind.check, key, message.signature as BufferSource, signed as BufferSource);
	} catch {
		return false;
	}
}

/* A key (P-256, RSA, Ed25519 where the browser has it) from SubjectPublicKeyInfo DER, or null. */
export async function readPublicKey(der: Uint8Array): Promise<CryptoKey | null> {
	for (const { key } of Object.values(KIND))
		try {
			return await crypto.subtle.importKey('spki', der as BufferSource, key, false, ['verify']);
		} catch {
			/* of another kind */
		}
	return null;
}

/* The first eight bytes of SHA-256 of the key's DER, in hexadecimal: its id. */
export async function publicKeyId(der: Uint8Array): Promise<string> {
	return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', der as BufferSource)).slice(0, 8));
}

export const hex = (bytes: Uint8Array): string =>
	Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
