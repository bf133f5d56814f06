/* Zlib (RFC 1950) by the browser's own inflater, with a limit on what comes out. */

/* The inflated bytes, null where the input is broken, 'too_large' where it holds more than ${maximum} bytes. */
export async function inflate(bytes: Uint8Array, maximum: number): Promise<Uint8Array | 'too_large' | null> {
	const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
	const pieces: Uint8Array[] = [];
	let length = 0;
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done)
				break;
			length += value.length;
			if (length > maximum) {
				await reader.cancel();
				return 'too_large';
			}
			pieces.push(value);
		}
	} catch {
		return null;
	}
	const whole = new Uint8Array(length);
	let at = 0;
	for (const piece of pieces) {
		whole.set(piece, at);
		at += piece.length;
	}
	return whole;
}
