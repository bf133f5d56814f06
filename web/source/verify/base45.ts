/* Base45 (RFC 9285). */

export const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/* The bytes, or null where the text is no base45. */
export function base45Decode(text: string): Uint8Array | null {
	if (text.length % 3 === 1)
		return null;
	const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 ? 1 : 0));
	let at = 0;
	for (let i = 0; i < text.length; i += 3) {
		const digits = [...text.slice(i, i + 3)].map((character) => VALUES.get(character));
		if (digits.some((digit) => digit === undefined))
			return null;
		const [low, middle, high] = digits as [number, number, number | undefined];
		const value = low + middle * 45 + (high ?? 0) * 2025;
		if (value > (high === undefined ? 0xff : 0xffff))
			return null;
		if (high !== undefined)
			bytes[at++] = value >> 8;
		bytes[at++] = value & 0xff;
	}
	return bytes;
}
