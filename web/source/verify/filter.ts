/* Which codes are revoked: the Golomb-coded set of docs/code-format.md, read as strictly as the service reads it. */

const LOW_BITS = 20;
const IDS_MAX = 200_000;

export interface Filter {
	count: number;
	values: Set<number>;
}

/* The filter of ${count} ids, or null where it is malformed. */
export function readFilter(count: unknown, bytes: unknown): Filter | null {
	if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > IDS_MAX || !(bytes instanceof Uint8Array))
		return null;
	const length = bytes.length * 8;
	let at = 0;
	const bit = () => (at < length ? ((bytes[at >> 3] as number) >> (7 - (at++ & 7))) & 1 : -1);
	const values = new Set<number>();
	for (let read = 0, value = 0; read < count; read++) {
		let next = bit();
		let low = 0;
		for (; next === 1; next = bit())
			value += 2 ** LOW_BITS;
		for (let i = 0; next >= 0 && i < LOW_BITS; i++)
			low = low * 2 + (next = bit());
		value += low;
		if (next < 0 || value >= count * 2 ** LOW_BITS)
			return null;
		values.add(value);
	}
	if (length - at >= 8)
		return null;
	while (at < length)
		if (bit() !== 0)
			return null;
	return { count, values };
}

export function filterHas(filter: Filter, id: Uint8Array): boolean {
	let x = 0n;
	for (let i = 0; i < 8; i++)
		x = (x << 8n) | BigInt(id[i] as number);
	return filter.values.has(Number((x * (BigInt(filter.count) << 20n)) >> 64n));
}
