/* The checkpoint's decision without a network: the code, the place's rules and the temperature give a verdict. */

import type { CheckCause, Colour, Jurisdiction, Verdict } from '../api.ts';
import type { CodeAnswer, CodeCause } from '../verify/code.ts';
import type { Recognition, Trust } from '../verify/trust.ts';

export interface Decision {
	verdict: Verdict;
	cause: CheckCause | null;
	colour: Colour | null;
	care: boolean; /* refused elsewhere; here the care lane */
}

export type GateRules = NonNullable<Jurisdiction['gate']>;

const COLOUR_CAUSE: Record<Colour, CheckCause> = { green: 'not_recognised', yellow: 'yellow', red: 'red', gray: 'gray' };

/* What a guard needs to know of why a code does not count. */
const CODE_CAUSE: Record<CodeCause, CheckCause> = {
	malformed: 'malformed',
	not_a_code: 'malformed',
	wrong_algorithm: 'malformed',
	wrong_colour: 'malformed',
	too_large: 'malformed',
	unknown_key: 'unknown_issuer',
	wrong_issuer: 'unknown_issuer',
	key_not_valid: 'unknown_issuer',
	list_too_old: 'unknown_issuer',
	bad_signature: 'wrong_signature',
	revoked: 'revoked',
	not_yet_valid: 'not_yet_valid',
	expired: 'expired',
	sealed: 'sealed',
};

/* Decide by the rules of the place, as src/gate/decide.c does. A fever asks; it does not soften a refusal. Where care is
 * given nobody is refused. */
export function decide(answer: Omit<CodeAnswer, 'card'>, place: { jurisdiction: string; care: boolean }, rules: GateRules,
	recognised: readonly Recognition[], temperature_tenths: number | null, now_s: number): Decision {
	const decision = decideAnywhere(answer, place.jurisdiction, rules, recognised, temperature_tenths, now_s);
	return place.care && decision.verdict === 'refuse'
		? { ...decision, verdict: 'ask', care: true }
		: { ...decision, care: false };
}

/* Whose codes count there: by the word of the signed list, which nobody between can change; where an older one does not say, by that of
 * the service. */
export const recognisedAt = (jurisdiction: string, trust: Trust, rules: GateRules): readonly Recognition[] =>
	trust.recognised ? (trust.recognised.get(jurisdiction) ?? [])
		: rules.recognition.map(({ jurisdiction: issuer, colours, fresh_s, from, to }) =>
			({ issuer, colours, fresh_s, from: from === null ? null : Date.parse(from) / 1000, to: to === null ? null : Date.parse(to) / 1000 }));

/* As src/credential/trust_gates.c does. */
const isRecognised = (code: Pick<CodeAnswer, 'issuer' | 'issuedAt'>, colour: Colour, recognised: readonly Recognition[], now_s: number): boolean =>
	recognised.some(({ issuer, colours, fresh_s, from, to }) => issuer === code.issuer && colours.includes(colour) &&
		(from === null || now_s >= from) && (to === null || now_s < to) &&
		(fresh_s === null || (code.issuedAt !== null && now_s < code.issuedAt + fresh_s)));

function decideAnywhere(answer: Omit<CodeAnswer, 'card'>, jurisdiction: string, rules: GateRules,
	recognised: readonly Recognition[], temperature_tenths: number | null, now_s: number): Omit<Decision, 'care'> {
	if (answer.cause === 'sealed') {
		const fever = temperature_tenths !== null && temperature_tenths >= rules.fever_tenths_c;
		return { verdict: 'ask', cause: fever ? 'fever' : 'sealed', colour: null };
	}
	if (answer.cause)
		return { verdict: 'refuse', cause: CODE_CAUSE[answer.cause], colour: null };
	const colour = answer.colour as Colour;
	if (answer.issuer !== jurisdiction && !isRecognised(answer, colour, recognised, now_s))
		return { verdict: 'refuse', cause: 'not_recognised', colour };
	const verdict = rules.verdicts[colour];
	if (verdict !== 'refuse' && temperature_tenths !== null && temperature_tenths >= rules.fever_tenths_c)
		return { verdict: 'ask', cause: 'fever', colour };
	return { verdict, cause: verdict === 'pass' ? null : COLOUR_CAUSE[colour], colour };
}
