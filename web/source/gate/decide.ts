/* The checkpoint's decision without a network: the code, the place's rules and the temperature give a verdict. */

import type { CheckCause, Colour, Jurisdiction, Verdict } from '../api.ts';
import type { CodeAnswer } from '../verify/code.ts';

export interface Decision {
	verdict: Verdict;
	cause: CheckCause | null;
	colour: Colour | null;
}

export type GateRules = NonNullable<Jurisdiction['gate']>;

const COLOUR_CAUSE: Record<Colour, CheckCause | null> = { green: null, yellow: 'yellow', red: 'red', gray: 'gray' };

/* Decide by the rules of the place's own ${jurisdiction}. */
export function decide(answer: CodeAnswer, jurisdiction: string, rules: GateRules, temperature_tenths: number | null): Decision {
	if (answer.cause)
		return { verdict: 'refuse', cause: answer.cause, colour: null };
	if (answer.issuer !== jurisdiction && !rules.recognises.includes(answer.issuer as string))
		return { verdict: 'ask', cause: 'not_recognised', colour: null };
	const colour = answer.colour as Colour;
	const verdict = rules.verdicts[colour];
	if (verdict !== 'refuse' && temperature_tenths !== null && temperature_tenths >= rules.fever_tenths_c)
		return { verdict: 'ask', cause: 'fever', colour };
	return { verdict, cause: verdict === 'pass' ? null : COLOUR_CAUSE[colour], colour };
}
