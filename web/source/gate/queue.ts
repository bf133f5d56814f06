/* Checks made without a network, kept until they are delivered, oldest first. Each has a name under which it is delivered
 * once, however often it is sent. */

import { api, newKey, ProblemError, type CheckRequest, type RefusalCause } from '../api.ts';
import { keep, recall } from '../keep.ts';

export interface Waiting {
	key: string;
	request: CheckRequest;
	refusal: RefusalCause | null;
	receipt: string | null; /* once the check itself is delivered */
}

const KEY = 'gate.queue';
export const QUEUE_MAX = 500;

export const waiting = (): Waiting[] => recall<Waiting[]>(KEY) ?? [];

/* Put a check at the end. Null where the queue is full: the oldest are never dropped unseen. ${askedAs} is the name under which
 * the service was asked for this check before, without an answer. */
export function enqueue(request: CheckRequest, askedAs?: string): Waiting | null {
	const queue = waiting();
	if (queue.length >= QUEUE_MAX)
		return null;
	const item: Waiting = { key: askedAs ?? newKey(), request, refusal: null, receipt: null };
	keep(KEY, [...queue, item]);
	return item;
}

/* Add the cause of a refusal to a check that waits; false where it waits no more. */
export function refuseWaiting(key: string, cause: RefusalCause): boolean {
	const queue = waiting();
	const item = queue.find((one) => one.key === key);
	if (!item)
		return false;
	item.refusal = cause;
	keep(KEY, queue);
	return true;
}

const replace = (item: Waiting) => keep(KEY, waiting().map((one) => (one.key === item.key ? { ...one, receipt: item.receipt } : one)));
const remove = (key: string) => keep(KEY, waiting().filter((one) => one.key !== key));

/* The receipts of what was delivered since the page was opened, by name: its refusal may come after it. */
const receipts = new Map<string, string>();
const RECEIPTS_MAX = 100;

export const deliveredAs = (key: string | null): string | null => receipts.get(key ?? '') ?? null;

/* Send a check as it was made here. Where the service was asked for it before and only its answer was lost, it has the check
 * under this name already, and asking the same again brings that answer. Where another guard is signed in by now it has the check
 * under the other's name: the number was chosen here, and nobody else had it. */
async function send({ key, request }: Waiting): Promise<string> {
	try {
		return (await api.check(request, key)).receipt;
	} catch (error) {
		if (error instanceof ProblemError && error.kind === 'receipt-taken' && request.receipt)
			return request.receipt;
		if (!(error instanceof ProblemError && error.kind === 'idempotency-key-reused'))
			throw error;
		const { offline, ...asked } = request;
		return (await api.check(asked, key)).receipt;
	}
}

/* The service will never take these, so that trying again is of no use. */
const hopeless = new Set(['invalid', 'not-found', 'bad-request', 'too-large', 'idempotency-key-reused', 'refused-already', 'forgotten']);

let delivering = false;

export interface Delivery {
	delivered: number;
	given_up: number; /* the service will never take these */
	signed_out: boolean; /* nobody is signed in, so the rest waits */
}

/* Deliver what waits, until none is left or the network or the session is gone. */
export async function deliver(): Promise<Delivery> {
	const result: Delivery = { delivered: 0, given_up: 0, signed_out: false };
	if (delivering)
		return result;
	delivering = true;
	try {
		for (let item = waiting()[0]; item; item = waiting()[0]) {
			try {
				if (!item.receipt) {
					item.receipt = await send(item);
					replace(item);
					receipts.set(item.key, item.receipt);
					if (receipts.size > RECEIPTS_MAX)
						receipts.delete(receipts.keys().next().value as string);
				}
				const refusal = waiting().find((one) => one.key === item?.key)?.refusal;
				if (refusal)
					await api.refuse(item.receipt, refusal, `${item.key}r`);
				result.delivered++;
			} catch (error) {
				if (error instanceof ProblemError && error.kind === 'sign-in-needed')
					result.signed_out = true;
				if (!(error instanceof ProblemError && hopeless.has(error.kind)))
					break;
				result.given_up++;
			}
			remove(item.key);
		}
	} finally {
		delivering = false;
	}
	return result;
}
