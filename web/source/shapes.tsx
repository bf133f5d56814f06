/* A shape for each colour and verdict, so that nobody needs to see colours: a round tick, a triangle, an octagon, a square. */

import type { Colour, Verdict } from './api.ts';

const SHAPES = {
	tick: (
		<>
			<circle cx="50" cy="50" r="46" />
			<path class="shape-mark" d="M27 52 L44 69 L75 34" />
		</>
	),
	warning: (
		<>
			<path d="M50 5 L97 92 H3 Z" />
			<path class="shape-mark" d="M50 36 V62 M50 76 V78" />
		</>
	),
	question: (
		<>
			<path d="M50 5 L97 92 H3 Z" />
			<path class="shape-mark shape-thin" d="M40 46 Q40 36 50 36 Q60 36 60 45 Q60 52 50 57 V64 M50 76 V77" />
		</>
	),
	bar: (
		<>
			<path d="M31 4 H69 L96 31 V69 L69 96 H31 L4 69 V31 Z" />
			<path class="shape-mark" d="M26 50 H74" />
		</>
	),
	cross: (
		<>
			<path d="M31 4 H69 L96 31 V69 L69 96 H31 L4 69 V31 Z" />
			<path class="shape-mark" d="M33 33 L67 67 M67 33 L33 67" />
		</>
	),
	dots: (
		<>
			<rect x="6" y="6" width="88" height="88" rx="6" />
			<path class="shape-mark" d="M26 50 H27 M50 50 H51 M74 50 H75" />
		</>
	),
};

const OF_COLOUR: Record<Colour, keyof typeof SHAPES> = { green: 'tick', yellow: 'warning', red: 'bar', gray: 'dots' };
const OF_VERDICT: Record<Verdict, keyof typeof SHAPES> = { pass: 'tick', ask: 'question', refuse: 'cross' };

export function ColourShape({ colour }: { colour: Colour }) {
	return <Shape name={OF_COLOUR[colour]} />;
}

export function VerdictShape({ verdict }: { verdict: Verdict }) {
	return <Shape name={OF_VERDICT[verdict]} />;
}

/* Hidden from screen readers: a word always stands beside it. */
function Shape({ name }: { name: keyof typeof SHAPES }) {
	return (
		<svg class="shape" data-shape={name} viewBox="0 0 100 100" aria-hidden="true">
			{SHAPES[name]}
		</svg>
	);
}
