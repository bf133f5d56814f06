// How fast the reference implementation runs the EU rules' own tests: node bench/certlogic.mjs FOLDER
// Prints the rounds a second of processor time (a round is every test once, JSON parsed before): the median of five spells, once
// warm.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { evaluate } = require('certlogic-js');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

const folder = process.argv[2];
const tests = [];
for (const country of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
	for (const rule of readdirSync(join(folder, country.name))) {
		const logic = read(join(folder, country.name, rule, 'rule.json')).Logic;
		const cases = join(folder, country.name, rule, 'tests');
		for (const name of readdirSync(cases)) {
			const { payload, external, expected } = read(join(cases, name));
			tests.push({ logic, data: { payload, external }, expected });
		}
	}
for (const { logic, data, expected } of tests)
	if (!isDeepStrictEqual(evaluate(logic, data), expected)) throw new Error('the reference fails a test');

function spell(seconds) {
	const start = process.cpuUsage();
	let rounds = 0, passed;
	do {
		for (const { logic, data } of tests) evaluate(logic, data);
		rounds++;
		passed = process.cpuUsage(start);
	} while (passed.user + passed.system < seconds * 1e6);
	return (rounds * 1e6) / (passed.user + passed.system);
}

spell(1);
const rates = Array.from({ length: 5 }, () => spell(0.2)).sort((a, b) => a - b);
console.log(rates[2], tests.length);
