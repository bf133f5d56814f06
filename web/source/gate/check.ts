/* One check: by the service where it answers, else on the device by the same rules. */

import { api, newKey, OfflineError, ProblemError, type Check, type Jurisdiction, type RefusalCause } from '../api.ts';
import { serviceNow_ms } from '../clock.ts';
import { t, tOf, type TextKey } from '../language.ts';
import { tidyIdNumber } from '../id_number.ts';
import { isReached } from '../reach.ts';
import en from '../texts/en.json';
import { codeExpiry, type GateKey, verifyCode } from '../verify/code.ts';
import { type Trust, trustAge_s, trustIsAhead, trustIsTooOld } from '../verify/trust.ts';
import { decide, type Decision, recognisedAt } from './decide.ts';
import { deliveredAs, enqueue, refuseWaiting } from './queue.ts';

export interface Place {
	place: string;
	name: string;
	jurisdiction: string | null;
	care: boolean;
	card: boolean; /* the guard compares the ID card's last four */
	holder: boolean; /* the guard compares the end of the name and of the ID number, which the service tells */
}

export interface Answer extends Decision {
	act: Check['act'] | null; /* the service's words; null: this page's */
	end: Check['end']; /* of an ask, where the service said it */
	receipt: string; /* chosen here, so that it stands without a network too */
	waiting: string | null; /* its name in the queue */
	expires_ms: number | null; /* of the code, where it is known to be one */
	card: string | null; /* of a code on paper: what the ID card must end in */
	holder: Check['holder'];
	signed: string | null; /* the receipt, for the other side */
}

/* Why a check cannot be made here and now. */
export class NoVerdict extends Error {
	constructor(readonly key: TextKey, readonly age_s = 0) {
		super(key);
	}
}

const RECEIPT_LENGTH = 26;
const RECEIPT_DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/* A number that nobody can guess. */
const newReceipt = (): string =>
	Array.from(crypto.getRandomValues(new Uint8Array(RECEIPT_LENGTH)), (byte) => RECEIPT_DIGITS[byte % RECEIPT_DIGITS.length]).join('');

const unreachable = new Set(['sign-in-needed', 'too-many-requests', 'internal', 'unavailable']);

/* Nobody waits for a service that did not answer a moment ago. */
const UNANSWERED_MS = 15000;
let unansweredAt_ms = -Infinity;

/* Check the text of a code at a place. Throws NoVerdict, or a ProblemError where the service will not check. */
export async function check(text: string, place: Place, temperature_tenths: number | null, known: {
	trust: Trust | null;
	jurisdictions: Jurisdiction[];
	gateKeys: GateKey[];
}): Promise<Answer> {
	const temperature = temperature_tenths === null ? {} : { temperature_c: temperature_tenths / 10 };
	const number = newReceipt();
	const request = { code: text.slice(0, 4096), place: place.place, receipt: number, ...temperature };
	const key = newKey();
	const expires_ms = await codeExpiry(request.code);
	let asked = false;
	if (isReached() || Date.now() - unansweredAt_ms >= UNANSWERED_MS)
		try {
			asked = true;
			const { verdict, cause, colour, card, holder, act, end, receipt, signed_receipt: signed } = await api.check(request, key);
			return { verdict, cause, colour, card, holder, care: false, act, end, receipt, signed, waiting: null, expires_ms: colour && !card ? expires_ms : null };
		} catch (problem) {
			if (problem instanceof OfflineError)
				unansweredAt_ms = Date.now();
			else if (!(problem instanceof ProblemError && unreachable.has(problem.kind)))
				throw problem;
		}
	if (!known.trust)
		throw new NoVerdict('gate.list_none');
	const now = serviceNow_ms() / 1000;
	if (trustIsAhead(known.trust, now))
		throw new NoVerdict('gate.clock_wrong');
	if (trustIsTooOld(known.trust, now))
		throw new NoVerdict('gate.list_too_old', trustAge_s(known.trust, now));
	const rules = known.jurisdictions.find((one) => one.jurisdiction === place.jurisdiction)?.gate;
	if (!rules || !place.jurisdiction)
		throw new NoVerdict('gate.no_rules');
	const now_ms = serviceNow_ms();
	const answer = await verifyCode(request.code, known.trust, Math.floor(now_ms / 1000), known.gateKeys);
	const recognised = recognisedAt(place.jurisdiction, known.trust, rules);
	const decision = decide(answer, { jurisdiction: place.jurisdiction, care: place.care }, rules, recognised, temperature_tenths, Math.floor(now_ms / 1000));
	const at = `${new Date(now_ms).toISOString().slice(0, 19)}Z`;
	const item = enqueue({ ...request, offline: { at, verdict: decision.verdict, cause: decision.cause } }, asked ? key : undefined);
	if (!item)
		throw new NoVerdict('gate.queue_full');
	return { ...decision, card: answer.card, holder: null, signed: null, act: null, end: null, receipt: number, waiting: item.key, expires_ms: decision.colour && !answer.card ? expires_ms : null };
}

/* Check the ID number of who has neither phone nor paper. Only the service can. */
export async function checkTyped(idNumber: string, place: Place, temperature_tenths: number | null): Promise<Answer> {
	const temperature = temperature_tenths === null ? {} : { temperature_c: temperature_tenths / 10 };
	try {
		const { verdict, cause, colour, card, holder, act, end, receipt, signed_receipt: signed } =
			await api.check({ id_number: tidyIdNumber(idNumber), place: place.place, ...temperature }, newKey());
		return { verdict, cause, colour, card, holder, care: false, act, end, receipt, signed, waiting: null, expires_ms: null };
	} catch (problem) {
		throw problem instanceof OfflineError ? new NoVerdict('gate.typed_offline') : problem;
	}
}

/* What the guard does now, where the service has not said it. */
export function sayAct(decision: Pick<Answer, 'care' | 'verdict' | 'cause' | 'card'>): string {
	if (decision.care)
		return t('act.care');
	if (decision.verdict === 'pass' && !decision.cause)
		return t(decision.card ? 'act.paper' : 'act.pass');
	const key = `act.${decision.cause}`;
	return key in en ? tOf('act', decision.cause as string) : t('act.other');
}

/* Told so by somebody above: keeps out nobody who passes. */
export const TOLD: RefusalCause = 'told_by_superior';

/* Record why somebody was not let in, now or when the check is delivered. Returns whether they are let in all the same. */
export async function refuse(answer: Answer, cause: RefusalCause): Promise<boolean> {
	if (answer.waiting && refuseWaiting(answer.waiting, cause))
		return cause === TOLD && answer.verdict === 'pass';
	if (answer.waiting && !deliveredAs(answer.waiting))
		throw new OfflineError('the check was not taken');
	return (await api.refuse(answer.receipt, cause, newKey())).let_in;
}
