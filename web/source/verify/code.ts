/* A code checked on the device, with the trust list alone. The answers are those of `healthcode code verify`. */

import type { Colour } from '../api.ts';
import { base45Decode } from './base45.ts';
import { algorithmIsKnown, type CborMap, hex, keySuits, readCbor, readSign1, type Sign1, sign1Holds } from './cose.ts';
import { openForGates } from './encrypt0.ts';
import { inflate } from './inflate.ts';
import { colourOf, isRevoked, type Trust, trustIsTooOld } from './trust.ts';

/* As docs/code-format.md lists them. */
export type CodeCause =
	| 'malformed' | 'not_a_code' | 'wrong_colour' | 'wrong_algorithm' | 'unknown_key' | 'bad_signature' | 'wrong_issuer'
	| 'key_not_valid' | 'revoked' | 'not_yet_valid' | 'expired' | 'list_too_old' | 'sealed' | 'too_large';

export interface CodeAnswer {
	cause: CodeCause | null; /* null: it counts */
	issuer: string | null; /* these three only where the signature holds */
	colour: Colour | null;
	issuedAt: number | null; /* s */
	card: string | null; /* of a code on paper: what the holder's ID card ends in */
}

/* What opens the codes of a jurisdiction and day (UTC) that say their colour to gates alone. */
export interface GateKey {
	jurisdiction: string;
	day: string;
	key: string; /* hexadecimal */
}

const TEXT_MAX = 4296;
const MESSAGE_MAX = 32768;
const ID_SIZE = 16;
const LIFETIME_MAX_S = 7 * 86400;
const CLAIM = { issuer: 1, expiresAt: 4, issuedAt: 6, id: 7, colour: -65537, card: -65539, sealed: -65541 };
const CARD = /^[0-9A-Z]{4}$/;

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;

const no = (cause: CodeCause): CodeAnswer => ({ cause, issuer: null, colour: null, issuedAt: null, card: null });

/* What a code, or another text in its container, says: proved by nobody yet. */
export async function openContainer(text: string): Promise<{ message: Sign1; claims: CborMap } | 'malformed' | 'too_large'> {
	const code = text.replace(/[\r\n]+$/, '');
	if (!code.startsWith('HC1:'))
		return 'malformed';
	if (code.length > TEXT_MAX)
		return 'too_large';
	const packed = base45Decode(code.slice(4));
	const bytes = packed && (await inflate(packed, MESSAGE_MAX));
	if (bytes === 'too_large')
		return 'too_large';
	const message = bytes && readSign1(bytes);
	const claims = message && readCbor(message.payload);
	return message && claims instanceof Map ? { message, claims } : 'malformed';
}

/* Until when a code says that it counts (ms since 1970), or null. Nothing of it is proved by that. */
export async function codeExpiry(text: string): Promise<number | null> {
	const opened = await openContainer(text);
	const expiresAt = typeof opened === 'string' ? null : opened.claims.get(CLAIM.expiresAt);
	return isTime(expiresAt) ? expiresAt * 1000 : null;
}

/* Whether a code says its colour to gates alone. */
export async function codeIsSealed(text: string): Promise<boolean> {
	const opened = await openContainer(text);
	return typeof opened !== 'string' && opened.claims.has(CLAIM.sealed);
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/* The colour that is sealed for gates, or why it is not told. */
async function openColour(sealed: Uint8Array, issuer: string, issuedAt: number, id: Uint8Array,
	gateKeys: readonly GateKey[]): Promise<Colour | 'sealed' | 'wrong_colour'> {
	const day = new Date(issuedAt * 1000).toISOString().slice(0, 10);
	const known = gateKeys.find((one) => one.jurisdiction === issuer && one.day === day);
	const opened = known && (await openForGates(bytesOf(known.key), id, sealed));
	const content = opened && readCbor(opened);
	if (!content)
		return 'sealed';
	return (content instanceof Map && colourOf(content.get(CLAIM.colour))) || 'wrong_colour';
}

/* Check ${text} at ${now} (s); ${gateKeys} are those that this gate has. */
export async function verifyCode(text: string, trust: Trust, now: number, gateKeys: readonly GateKey[] = []): Promise<CodeAnswer> {
	const opened = await openContainer(text);
	if (typeof opened === 'string')
		return no(opened);
	const { message, claims } = opened;
	const sealed = claims.get(CLAIM.sealed);
	if (!claims.has(CLAIM.colour) && sealed === undefined)
		return no('not_a_code');
	if (sealed !== undefined && (claims.has(CLAIM.colour) || !(sealed instanceof Uint8Array)))
		return no('malformed');

	const [issuer, expiresAt, issuedAt, id] =
		[CLAIM.issuer, CLAIM.expiresAt, CLAIM.issuedAt, CLAIM.id].map((name) => claims.get(name));
	if (typeof issuer !== 'string' || !isTime(expiresAt) || !isTime(issuedAt) || !(id instanceof Uint8Array) ||
		id.length !== ID_SIZE || expiresAt <= issuedAt || expiresAt - issuedAt > LIFETIME_MAX_S)
		return no('malformed');
	const card = claims.get(CLAIM.card) ?? null;
	if (card !== null && !(typeof card === 'string' && CARD.test(card)))
		return no('malformed');
	const said = colourOf(claims.get(CLAIM.colour)) ?? null;
	if (!said && !sealed)
		return no('wrong_colour');
	if (!algorithmIsKnown(message.algorithm))
		return no('wrong_algorithm');

	const known = message.keyId ? (trust.keys.get(hex(message.keyId)) ?? []) : [];
	const candidates = known.filter(({ key }) => keySuits(key, message.algorithm));
	if (candidates.length === 0)
		return no(known.length ? 'wrong_algorithm' : 'unknown_key');
	let signer = null;
	for (const candidate of candidates)
		if (!signer && (await sign1Holds(message, candidate.key)))
			signer = candidate;
	if (!signer)
		return no('bad_signature');

	const told = sealed instanceof Uint8Array ? await openColour(sealed, issuer, issuedAt, id, gateKeys) : said;
	const colour = told === 'sealed' || told === 'wrong_colour' ? null : told;
	const answer = (cause: CodeCause | null): CodeAnswer => ({ cause, issuer, colour, issuedAt, card });
	if (signer.issuer !== issuer)
		return answer('wrong_issuer');
	if (issuedAt < signer.from || issuedAt >= signer.to)
		return answer('key_not_valid');
	if ((signer.revokedAt !== null && now >= signer.revokedAt) || isRevoked(trust, id))
		return answer('revoked');
	if (now < issuedAt)
		return answer('not_yet_valid');
	if (now >= expiresAt)
		return answer('expired');
	if (trustIsTooOld(trust, now) || now >= signer.tooOldAt)
		return answer('list_too_old');
	return answer(told === 'sealed' || told === 'wrong_colour' ? told : null);
}
