/* One check: by the service where it answers, else on the device by the same rules. */

import { api, newKey, OfflineError, ProblemError, type Check, type Jurisdiction, type RefusalCause } from '../api.ts';
import { serviceNow_ms } from '../clock.ts';
import { t, tOf, type TextKey } from '../language.ts';
import en from '../texts/en.json';
import { verifyCode } from '../verify/code.ts';
import type { Trust } from '../verify/trust.ts';
import { decide, type Decision } from './decide.ts';
import { enqueue, refuseWaiting } from './queue.ts';

export interface Place {
	place: string;
	name: string;
	jurisdiction: string | null;
	care: boolean;
}

export interface Answer extends Decision {
	act: Check['act'] | null; /* the service's words; null: this page's */
	receipt: string | null; /* null: waits */
	waiting: string | null; /* its name in the queue */
}

/* Why a check cannot be made here and now. */
export class NoVerdict extends Error {
	constructor(readonly key: TextKey) {
		super(key);
	}
}

const unreachable = new Set(['sign-in-needed', 'too-many-requests', 'internal', 'unavailable']);

/* Check the text of a code at a place. Throws NoVerdict, or a ProblemError where the service will not check. */
export async function check(text: string, place: Place, temperature_tenths: number | null, known: {
	trust: Trust | null;
	jurisdictions: Jurisdiction[];
}): Promise<Answer> {
	const temperature = temperature_tenths === null ? {} : { temperature_c: temperature_tenths / 10 };
	const request = { code: text.slice(0, 4096), place: place.place, ...temperature };
	try {
		const { verdict, cause, colour, act, receipt } = await api.check(request, newKey());
		return { verdict, cause, colour, care: false, act, receipt, waiting: null };
	} catch (problem) {
		const offline = problem instanceof OfflineError || (problem instanceof ProblemError && unreachable.has(problem.kind));
		if (!offline)
			throw problem;
	}
	if (!known.trust)
		throw new NoVerdict('gate.list_none');
	const rules = known.jurisdictions.find((one) => one.jurisdiction === place.jurisdiction)?.gate;
	if (!rules || !place.jurisdiction)
		throw new NoVerdict('gate.no_rules');
	const now_ms = serviceNow_ms();
	const answer = await verifyCode(request.code, known.trust, Math.floor(now_ms / 1000));
	const decision = decide(answer, { jurisdiction: place.jurisdiction, care: place.care }, rules, temperature_tenths);
	const at = `${new Date(now_ms).toISOString().slice(0, 19)}Z`;
	const item = enqueue({ ...request, offline: { at, verdict: decision.verdict, cause: decision.cause } });
	if (!item)
		throw new NoVerdict('gate.queue_full');
	return { ...decision, act: null, receipt: null, waiting: item.key };
}

/* What the guard does now, where the service has not said it. */
export function sayAct(decision: Decision): string {
	if (decision.care)
		return t('act.care');
	if (decision.verdict === 'pass' && !decision.cause)
		return t('act.pass');
	const key = `act.${decision.cause}`;
	return key in en ? tOf('act', decision.cause as string) : t('act.other');
}

/* Record why somebody was not let in, now or when the check is delivered. */
export async function refuse(answer: Answer, cause: RefusalCause): Promise<void> {
	if (answer.waiting && refuseWaiting(answer.waiting, cause))
		return;
	if (!answer.receipt)
		throw new OfflineError('the check was delivered meanwhile');
	await api.refuse(answer.receipt, cause, newKey());
}
