/* Which code to show now, when to ask for the next, and how many to fetch ahead, so that a phone without a network still
 * shows a valid one. Pure; the screen does the asking.
 *
 *   fetched ──► |slot|slot|slot|slot|...|      each [issued_at, expires_at)
 *                  ^ now
 *
 * K1. What is shown is valid now, or nothing is shown.
 * K2. Of two that are valid the fresher one is shown.
 * K3. A fresh answer of another colour throws away what was fetched ahead: it was made before the change was known. */

import type { Code, Slot } from '../api.ts';

export interface Kept {
	jurisdiction: string;
	since: string;
	slots: Slot[];
	refreshAt_ms: number;
}

export const AHEAD_MAX = 120;

/* How many seconds the codes fetched ahead should cover before more are wanted. */
const AHEAD_LOW_MS = 60 * 60 * 1000;

/* Take in a fresh answer. */
export function take(kept: Kept | null, fresh: Code, now_ms: number): Kept {
	const first: Slot = { colour: fresh.colour, code: fresh.code, issued_at: fresh.issued_at, expires_at: fresh.expires_at };
	const ahead = fresh.slots.length > 0 ? fresh.slots :
		kept && kept.slots.some((slot) => covers(slot, now_ms) && slot.colour !== fresh.colour) ? [] : (kept?.slots ?? []);
	const slots = [first, ...ahead.filter((slot) => Date.parse(slot.expires_at) > now_ms)]
		.sort((a, b) => Date.parse(a.issued_at) - Date.parse(b.issued_at))
		.filter((slot, i, all) => i === 0 || slot.code !== all[i - 1]?.code);
	return {
		jurisdiction: fresh.jurisdiction,
		since: fresh.since,
		slots: slots.slice(-(AHEAD_MAX + 2)),
		refreshAt_ms: Date.parse(fresh.refresh_at),
	};
}

const covers = (slot: Slot, now_ms: number) =>
	Date.parse(slot.issued_at) <= now_ms && now_ms < Date.parse(slot.expires_at);

/* The code to show, or null. */
export function pick(kept: Kept | null, now_ms: number): Slot | null {
	return kept?.slots.filter((slot) => covers(slot, now_ms)).at(-1) ?? null;
}

/* How many codes ahead to ask for now: none while there are enough. */
export function wantedAhead(kept: Kept | null, now_ms: number): number {
	const last = kept?.slots.at(-1);
	return last && Date.parse(last.expires_at) - now_ms > AHEAD_LOW_MS ? 0 : AHEAD_MAX;
}

/* Until when the device can show a code without a network. */
export function coveredUntil_ms(kept: Kept | null): number {
	return Math.max(0, ...(kept?.slots ?? []).map((slot) => Date.parse(slot.expires_at)));
}

