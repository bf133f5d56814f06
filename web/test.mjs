// Runs the unit tests, then the browser's against the server that $HEALTHCODE names (without it only the first).

import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const environment = { ...process.env, HEALTHCODE_SOURCE: join(here, '..') };
const run = (program, args) => spawnSync(program, args, { cwd: here, stdio: 'inherit', env: environment }).status ?? 1;

const folder = await mkdtemp(join(here, 'node_modules/.unit-'));
let failed = 0;
try {
	const tests = (await readdir(join(here, 'tests/unit'))).filter((name) => name.endsWith('.test.ts'));
	await build({
		entryPoints: tests.map((name) => join(here, 'tests/unit', name)),
		outdir: folder,
		outExtension: { '.js': '.mjs' },
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node18',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		mainFields: ['module', 'main'],
		// What readers in CommonJS ask of Node itself.
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
		alias: { 'isomorphic-webcrypto': join(here, 'tests/unit/webcrypto.mjs') },
		inject: [join(here, 'tests/unit/device.mjs')],
		logLevel: 'warning',
	});
	const built = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).map((name) => join(folder, name));
	failed += run(process.execPath, ['--test', '--test-reporter=tap', ...built]);
} finally {
	await rm(folder, { recursive: true, force: true });
}

if (process.env.HEALTHCODE) {
	failed += run(process.execPath, ['build.mjs']);
	failed += run(process.execPath, ['node_modules/@playwright/test/cli.js', 'test']);
}
process.exit(failed ? 1 : 0);
