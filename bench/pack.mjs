// How fast the reference implementation asks a pack's rules: node bench/pack.mjs PACK < VIEWS
// VIEWS holds what rules see of a person, a line each, an empty line after each batch. Prints the seconds of processor time that asking
// took (each rule once, of "each" the items until one fits; reading JSON not counted, warm before), and how many answers were yes.
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

let took = 0, yes = 0, warm = false, people = [];
for await (const line of createInterface({ input: process.stdin })) {
	if (line) {
		people.push(JSON.parse(line));
		continue;
	}
	if (!warm) for (const end = now() + 1; now() < end;) ask(people);
	warm = true;
	const start = now();
	yes += ask(people);
	took += now() - start;
	people = [];
}
console.log(took, yes);
