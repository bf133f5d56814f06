/* What a page keeps on the device between visits: small JSON values. A browser may refuse storage; then nothing is kept, and
 * the page works for as long as it is open. */

const memory = new Map<string, string>();
const PREFIX = 'healthcode.';

export function keep(key: string, value: unknown): void {
	const text = JSON.stringify(value);
	memory.set(key, text);
	try {
		localStorage.setItem(PREFIX + key, text);
	} catch {
		/* Full or forbidden. */
	}
}

export function recall<T>(key: string): T | undefined {
	let text = memory.get(key) ?? null;
	try {
		text = localStorage.getItem(PREFIX + key) ?? text;
	} catch {
		/* Forbidden. */
	}
	if (text === null)
		return undefined;
	try {
		return JSON.parse(text) as T;
	} catch {
		return undefined;
	}
}

/* Forget all values whose key begins so. */
export function forget(beginning: string): void {
	for (const key of [...memory.keys()])
		if (key.startsWith(beginning))
			memory.delete(key);
	try {
		for (const key of Object.keys(localStorage))
			if (key.startsWith(PREFIX + beginning))
				localStorage.removeItem(key);
	} catch {
		/* Forbidden. */
	}
}
