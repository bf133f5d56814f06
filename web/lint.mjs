// Lints docs/openapi.yaml: one line a problem, exit 1 if there is any.
import { createConfig, lint } from '@redocly/openapi-core';

const config = await createConfig({ extends: ['recommended'], rules: { 'operation-4xx-response': 'off' } });
const problems = await lint({ ref: new URL('../docs/openapi.yaml', import.meta.url).pathname, config });
for (const problem of problems) {
	const place = problem.location[0];
	console.error(`docs/openapi.yaml${place?.pointer ?? ''}: ${problem.message} (${problem.ruleId})`);
}
process.exit(problems.length ? 1 : 0);
