/* The receipt of a check (docs/code-format.md), as the guard's screen shows it: signed, or its number alone where the gate had no network. What
 * it says is shown to whoever holds it; the service knows by the number what it was. */

import type { Verdict } from '../api.ts';
import { openContainer } from './code.ts';

export interface Receipt {
	number: string;
	verdict: Verdict | null; /* these two of a signed one */
	at: number | null; /* s */
}

const CLAIM = { issuedAt: 6, receipt: -65540 };
const MEMBER = { number: 1, verdict: 3 };
const VERDICTS: readonly unknown[] = ['pass', 'ask', 'refuse'];
const NUMBER = /^[0-9a-z]{26}$/;

/* A number as it was read off a screen: without the spaces between its groups. */
export const tidyReceipt = (text: string): string => text.replace(/\s/g, '').toLowerCase();

export const isReceiptNumber = (text: unknown): text is string => typeof text === 'string' && NUMBER.test(text);

/* Null for what is none. */
export async function readReceipt(text: string): Promise<Receipt | null> {
	const number = tidyReceipt(text);
	if (isReceiptNumber(number))
		return { number, verdict: null, at: null };
	const opened = await openContainer(text);
	const receipt = typeof opened === 'string' ? null : opened.claims.get(CLAIM.receipt);
	if (typeof opened === 'string' || !(receipt instanceof Map))
		return null;
	const [signed, verdict, at] = [receipt.get(MEMBER.number), receipt.get(MEMBER.verdict), opened.claims.get(CLAIM.issuedAt)];
	return isReceiptNumber(signed) && VERDICTS.includes(verdict) && typeof at === 'number'
		? { number: signed, verdict: verdict as Verdict, at } : null;
}
