// Builds the pages into dist/: four pages, hashed assets, the service worker, manifests and icons. Everything that a page
// loads is in dist/, so that no visit asks anyone but the service.

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, 'dist');

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await cp(join(here, 'static'), dist, { recursive: true });

const common = { bundle: true, minify: true, target: 'es2022', legalComments: 'none', logLevel: 'warning', absWorkingDir: here };
const made = await build({
	...common,
	entryPoints: { resident: 'source/resident/main.tsx', gate: 'source/gate/main.tsx', committee: 'source/committee/main.tsx', map: 'source/map/main.tsx', style: 'source/style.css' },
	outdir: join(dist, 'assets'),
	entryNames: '[name]-[hash]',
	chunkNames: 'part-[hash]',
	assetNames: '[name]-[hash]',
	publicPath: '/assets/',
	format: 'esm',
	splitting: true,
	jsx: 'automatic',
	jsxImportSource: 'preact',
	loader: { '.wasm': 'file' },
	metafile: true,
});

const address = {};
for (const [file, { entryPoint }] of Object.entries(made.metafile.outputs)) {
	const name = entryPoint && { 'source/resident/main.tsx': 'resident', 'source/gate/main.tsx': 'gate', 'source/committee/main.tsx': 'committee', 'source/map/main.tsx': 'map', 'source/style.css': 'style' }[entryPoint];
	if (name)
		address[name] = `/${relative(dist, join(here, file)).split(sep).join('/')}`;
}
for (const page of ['index.html', 'gate/index.html', 'committee/index.html', 'map/index.html']) {
	const text = await readFile(join(dist, page), 'utf8');
	await writeFile(join(dist, page), text.replace(/\{(resident|gate|committee|map|style)\}/g, (_, name) => address[name]));
}

async function filesUnder(folder) {
	const found = [];
	for (const entry of await readdir(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		found.push(...(entry.isDirectory() ? await filesUnder(path) : [path]));
	}
	return found.sort();
}
const files = await filesUnder(dist);
const version = createHash('sha256');
for (const file of files)
	version.update(relative(dist, file)).update(await readFile(file));
await build({
	...common,
	entryPoints: ['source/service_worker.ts'],
	outfile: join(dist, 'service-worker.js'),
	format: 'iife',
	define: {
		FILES: JSON.stringify(files.map((file) => `/${relative(dist, file).split(sep).join('/')}`)),
		VERSION: JSON.stringify(version.digest('hex').slice(0, 12)),
	},
});
