// How fast the reference implementation asks a pack's rules: node bench/pack.mjs PACK < VIEWS
// VIEWS holds what rules see of a person, a line each, an empty line after each batch, "end" after each spell. Prints for each spell how many
// answers were yes, then for each batch people a second of processor time (each rule once, of "each" the items until one fits; reading JSON
// not counted; warm before, and each batch right after the one before was asked again untimed).
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { evaluate } = require('certlogic-js');

const [pack] = process.argv.slice(2);
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
const fires = ({ each, when }, data) =>
	each ? data.payload[each].some((item) => evaluate(when, { ...data, item })) : evaluate(when, data);

const now = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
const ask = (people) => people.reduce((sum, data) => sum + rules.filter((rule) => fires(rule, data)).length, 0);

let rates = [], yes = 0, warm = false, people = [], before = [];
for await (const line of createInterface({ input: process.stdin })) {
	if (line === 'end') {
		console.log([yes, ...rates].join(' '));
		rates = [];
		yes = 0;
		before = [];
		continue;
	}
	if (line) {
		people.push(JSON.parse(line));
		continue;
	}
	if (!warm) for (const end = now() + 1; now() < end;) ask(people);
	warm = true;
	ask(before);
	const start = now();
	yes += ask(people);
	rates.push(people.length / (now() - start));
	before = people;
	people = [];
}
