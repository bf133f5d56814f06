/* The trust list on the device: fetched when there is a network, kept in the browser's cache, checked each time it is read. The
 * first list's root is remembered, and a list of another root is not taken. */

import { api } from '../api.ts';
import { keep, recall } from '../keep.ts';
import type { GateKey } from '../verify/code.ts';
import { readTrust, type Trust } from '../verify/trust.ts';

const CACHE = 'trust-list';
const PLACE = '/kept/trust';
const ROOT = 'gate.trust_root';
const GATE_KEYS = 'gate.keys';

async function pinned(bytes: Uint8Array): Promise<Trust | null> {
	const trust = await readTrust(bytes, recall<string>(ROOT));
	if (trust && !recall<string>(ROOT))
		keep(ROOT, trust.rootId);
	return trust;
}

/* The list that is kept, or null. */
export async function keptTrust(): Promise<Trust | null> {
	try {
		const kept = await (await caches.open(CACHE)).match(PLACE);
		return kept ? await pinned(new Uint8Array(await kept.arrayBuffer())) : null;
	} catch {
		return null;
	}
}

/* A fresh list, kept from now on. Null where what came is no list of the known root, or an older one than is kept; throws where
 * nothing came. */
export async function fetchTrust(kept: Trust | null): Promise<Trust | null> {
	const bytes = await api.trust();
	const trust = await pinned(bytes);
	if (!trust || (kept && trust.version < kept.version))
		return null;
	try {
		await (await caches.open(CACHE)).put(PLACE, new Response(bytes as BodyInit));
	} catch {
		/* Not kept; it serves as long as the page is open. */
	}
	return trust;
}

/* What opens codes that say their colour to gates alone: yesterday's, today's and tomorrow's keys, for who is signed in. Only those
 * are kept that came last. */
export const keptGateKeys = (): GateKey[] => recall<GateKey[]>(GATE_KEYS) ?? [];

export async function fetchGateKeys(): Promise<GateKey[]> {
	const { items } = await api.gateKeys();
	keep(GATE_KEYS, items);
	return items;
}
