/* The signed trust list (docs/code-format.md): whose signatures count, and how old the list itself may be. */

import type { Colour } from '../api.ts';
import { type Filter, filterHas, readFilter } from './filter.ts';
import { ES256, hex, keySuits, publicKeyId, readCbor, readPublicKey, readSign1, sign1Holds } from './cose.ts';

export interface TrustKey {
	issuer: string;
	from: number; /* s, counts in [from, to) */
	to: number;
	revokedAt: number | null; /* s, does not count from then on */
	tooOldAt: number; /* s, of a key in another's list: from then on that list is too old */
	key: CryptoKey;
}

/* That codes of ${issuer} with these colours count beside the place's own, in [from, to), each for ${fresh_s} after its issue. */
export interface Recognition {
	issuer: string;
	colours: Colour[];
	fresh_s: number | null; /* null: as long as it says */
	from: number | null; /* s */
	to: number | null;
}

export interface Trust {
	rootId: string;
	version: number;
	issuedAt: number; /* s */
	maxAge_s: number;
	keys: Map<string, TrustKey[]>; /* by id; ids are short, so that two keys may share one */
	revoked: Set<string>; /* ids of codes */
	filter: Filter | null; /* of further ones */
	recognised: Map<string, Recognition[]> | null; /* by whose gate it is; null: the list does not say, as older ones don't */
	others: Trust[]; /* others' lists, for whom this one vouches; their keys are among ${keys} */
}

/* What clocks may differ by, before one of them is called wrong. */
const CLOCK_SLACK_S = 60;

const CLAIM = { issuedAt: 6, list: -65538 };
const LIST = { version: 1, maxAge: 2, root: 3, keys: 4, revoked: 5, filter: 6, others: 7, gates: 8 };
const OTHERS_MAX = 100;
const RECOGNISED = { issuer: 1, colours: 2, fresh: 3, from: 4, to: 5 };
const COLOURS: Record<number, Colour> = { 1: 'green', 2: 'yellow', 3: 'red', 4: 'gray' };

/* As a code's claim and the list number them; a text of the same digit is none. */
export const colourOf = (number: unknown): Colour | undefined => (typeof number === 'number' ? COLOURS[number] : undefined);

const FRESH_MAX_S = 7 * 86400;
const KEY = { issuer: 1, from: 2, to: 3, publicKey: 4, certificate: 5, revokedAt: 6 };

/* The list, or null where it is malformed, its signature does not hold, or it is another root's than ${pinnedRootId}. */
export const readTrust = (bytes: Uint8Array, pinnedRootId?: string): Promise<Trust | null> => readList(bytes, pinnedRootId, false);

async function readList(bytes: Uint8Array, pinnedRootId: string | undefined, isOther: boolean): Promise<Trust | null> {
	const message = readSign1(bytes);
	const claims = message && readCbor(message.payload);
	const list = claims instanceof Map ? claims.get(CLAIM.list) : undefined;
	if (!message || message.algorithm !== ES256 || !(claims instanceof Map) || !(list instanceof Map))
		return null;

	const root = list.get(LIST.root);
	const rootKey = root instanceof Uint8Array ? await readPublicKey(root) : null;
	if (!rootKey || !keySuits(rootKey, ES256) || !(await sign1Holds(message, rootKey)))
		return null;
	const rootId = await publicKeyId(root as Uint8Array);
	if (pinnedRootId !== undefined && pinnedRootId !== rootId)
		return null;

	const [issuedAt, version, maxAge_s] = [claims.get(CLAIM.issuedAt), list.get(LIST.version), list.get(LIST.maxAge)];
	const [items, revokedIds] = [list.get(LIST.keys), list.get(LIST.revoked)];
	if (typeof issuedAt !== 'number' || typeof version !== 'number' || typeof maxAge_s !== 'number' ||
		!Array.isArray(items) || !Array.isArray(revokedIds) || !revokedIds.every((id) => id instanceof Uint8Array))
		return null;

	const packed = list.get(LIST.filter);
	const filter = Array.isArray(packed) ? readFilter(packed[0], packed[1]) : null;
	if (packed !== undefined && !filter)
		return null;

	const keys = new Map<string, TrustKey[]>();
	for (const item of items) {
		if (!(item instanceof Map))
			return null;
		if (item.has(KEY.certificate))
			continue; /* signs health certificates, not codes */
		const [issuer, from, to, der] = [KEY.issuer, KEY.from, KEY.to, KEY.publicKey].map((name) => item.get(name));
		const revokedAt = item.get(KEY.revokedAt) ?? null;
		if (typeof issuer !== 'string' || typeof from !== 'number' || typeof to !== 'number' ||
			!(der instanceof Uint8Array) || (revokedAt !== null && typeof revokedAt !== 'number'))
			return null;
		const key = await readPublicKey(der);
		if (!key)
			continue; /* of a kind that this browser does not know: its codes are of an unknown key */
		const id = await publicKeyId(der);
		keys.set(id, [...(keys.get(id) ?? []), { issuer, from, to, revokedAt, tooOldAt: Infinity, key }]);
	}
	const gates = list.get(LIST.gates);
	const recognised = gates === undefined ? null : readGates(gates);
	if (recognised === undefined)
		return null;
	const revoked = new Set(revokedIds.map((id: Uint8Array) => hex(id)));
	const trust: Trust = { rootId, version, issuedAt, maxAge_s, keys, revoked, filter, recognised, others: [] };
	const others = isOther ? undefined : list.get(LIST.others);
	if (others === undefined)
		return trust;
	if (!Array.isArray(others) || others.length > OTHERS_MAX)
		return null;
	for (const item of others) {
		const other = item instanceof Uint8Array ? await readList(item, undefined, true) : null;
		if (!other)
			return null;
		adopt(trust, other);
	}
	return trust;
}

function readRecognition(item: unknown): Recognition | undefined {
	if (!(item instanceof Map))
		return undefined;
	const [issuer, numbers, fresh_s, from, to] = [RECOGNISED.issuer, RECOGNISED.colours, RECOGNISED.fresh, RECOGNISED.from, RECOGNISED.to]
		.map((name) => item.get(name) ?? (item.has(name) ? undefined : null));
	const isTime = (time: unknown): time is number | null => time === null || typeof time === 'number';
	const colours = Array.isArray(numbers) ? numbers.map(colourOf) : [];
	if (typeof issuer !== 'string' || !issuer || colours.length === 0 || !colours.every((colour) => colour !== undefined) ||
		!isTime(fresh_s) || (fresh_s !== null && (fresh_s < 1 || fresh_s > FRESH_MAX_S)) || !isTime(from) || !isTime(to))
		return undefined;
	return { issuer, colours, fresh_s, from, to };
}

/* Whose codes count where, or undefined where it is malformed. */
export function readGates(gates: unknown): Map<string, Recognition[]> | undefined {
	const found = new Map<string, Recognition[]>();
	if (!(gates instanceof Map))
		return undefined;
	for (const [jurisdiction, items] of gates) {
		const recognitions = Array.isArray(items) ? items.map(readRecognition) : [undefined];
		if (typeof jurisdiction !== 'string' || !jurisdiction || !recognitions.every((one) => one !== undefined))
			return undefined;
		found.set(jurisdiction, recognitions);
	}
	return found;
}

/* Take in the keys of another's list, but of issuers whom this list or one before has keys of: nobody signs for a neighbour. */
function adopt(trust: Trust, other: Trust) {
	const issuers = new Set([...trust.keys.values()].flat().map(({ issuer }) => issuer));
	for (const [id, keys] of other.keys)
		for (const key of keys)
			if (!issuers.has(key.issuer))
				trust.keys.set(id, [...(trust.keys.get(id) ?? []), { ...key, tooOldAt: other.issuedAt + other.maxAge_s + 1 }]);
	trust.others.push(other);
}

/* Whether the code of this id is revoked; one in 2^20 that is not is taken for it too. */
export const isRevoked = (trust: Trust, id: Uint8Array): boolean =>
	trust.revoked.has(hex(id)) || (trust.filter !== null && filterHas(trust.filter, id)) || trust.others.some((other) => isRevoked(other, id));

/* Seconds since the list was made, at ${now} (s). */
export const trustAge_s = (trust: Trust, now: number): number => Math.max(0, now - trust.issuedAt);

/* Whether the list was made after ${now}: the clock is wrong then, since a list is never older than what it says. */
export const trustIsAhead = (trust: Trust, now: number): boolean => now < trust.issuedAt - CLOCK_SLACK_S;

export const trustIsTooOld = (trust: Trust, now: number): boolean => now - trust.issuedAt > trust.maxAge_s;
