// How fast the reference implementation asks a pack's rules: node bench/pack.mjs PACK VIEWS NOW
// VIEWS holds what rules see of a person at NOW, a line each. Prints the people a second (each rule asked once, of "each" the items
// until one fits; JSON parsed before, median of five spells, once warm), and how many answers were yes.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { evaluate } = require('certlogic-js');

const [pack, views, now] = process.argv.slice(2);
const { parameters } = JSON.parse(readFileSync(join(pack, 'pack.json'), 'utf8'));
const filled = (value) => {
	if (Array.isArray(value)) return value.map(filled);
	if (typeof value !== 'object' || value === null) return value;
	if ('param' in value) return parameters[value.param];
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member)]));
};
const rules = readdirSync(join(pack, 'rules'))
	.map((name) => JSON.parse(readFileSync(join(pack, 'rules', name), 'utf8')))
	.map(({ each, when }) => ({ each, when: filled(when) }));
const people = readFileSync(views, 'utf8')
	.trim()
	.split('\n')
	.map((line) => JSON.parse(line.replaceAll('"@clock"', JSON.stringify(now))));

const fires = ({ each, when }, data) =>
	each ? data.payload[each].some((item) => evaluate(when, { ...data, item })) : evaluate(when, data);

function spell(seconds) {
	const start = performance.now();
	let rounds = 0, passed;
	do {
		for (const data of people) for (const rule of rules) fires(rule, data);
		rounds++;
		passed = performance.now() - start;
	} while (passed < seconds * 1000);
	return (people.length * rounds * 1000) / passed;
}

spell(1);
const rates = Array.from({ length: 5 }, () => spell(0.2)).sort((a, b) => a - b);
const yes = people.reduce((sum, data) => sum + rules.filter((rule) => fires(rule, data)).length, 0);
console.log(rates[2], yes);
