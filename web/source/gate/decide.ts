/* The checkpoint's decision without a network: the code, the place's rules and the temperature give a verdict. */

import type { CheckCause, Colour, Jurisdiction, Verdict } from '../api.ts';
import type { CodeAnswer, CodeCause } from '../verify/code.ts';

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
};

/* Decide by the rules of the place, as src/gate/decide.c does. A fever asks; it does not soften a refusal. Where care is
 * given nobody is refused. */
export function decide(answer: Omit<CodeAnswer, 'card'>, place: { jurisdiction: string; care: boolean }, rules: GateRules,
	temperature_tenths: number | null): Decision {
	const decision = decideAnywhere(answer, place.jurisdiction, rules, temperature_tenths);
	return place.care && decision.verdict === 'refuse'
		? { ...decision, verdict: 'ask', care: true }
		: { ...decision, care: false };
}

function decideAnywhere(answer: Omit<CodeAnswer, 'card'>, jurisdiction: string, rules: GateRules,
	temperature_tenths: number | null): Omit<Decision, 'care'> {
	if (answer.cause)
		return { verdict: 'refuse', cause: CODE_CAUSE[answer.cause], colour: null };
	const colour = answer.colour as Colour;
	if (answer.issuer !== jurisdiction && !rules.recognises.includes(answer.issuer as string))
		return { verdict: 'refuse', cause: 'not_recognised', colour };
	const verdict = rules.verdicts[colour];
	if (verdict !== 'refuse' && temperature_tenths !== null && temperature_tenths >= rules.fever_tenths_c)
		return { verdict: 'ask', cause: 'fever', colour };
	return { verdict, cause: verdict === 'pass' ? null : COLOUR_CAUSE[colour], colour };
}
