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
const alone = '请打开 JavaScript。Please enable JavaScript.';
const pages = {
	resident: { folder: '', title: '健康码', manifest: '/manifest.webmanifest', noscript: '请打开 JavaScript，或到社区办理。Please enable JavaScript, or ask your community office.' },
	gate: { folder: 'gate', title: '健康码查验', manifest: '/gate/manifest.webmanifest', noscript: alone },
	committee: { folder: 'committee', title: '社区代申请', noscript: alone },
	map: { folder: 'map', title: '病例活动场所', noscript: alone },
};
const template = await readFile(join(here, 'source/page.html'), 'utf8');
for (const [name, { folder, title, manifest, noscript }] of Object.entries(pages)) {
	const filled = { title, manifest: manifest ? `<link rel="manifest" href="${manifest}">\n` : '', style: address.style, script: address[name], noscript };
	await mkdir(join(dist, folder), { recursive: true });
	await writeFile(join(dist, folder, 'index.html'), template.replace(/\{(\w+)\}/g, (_, hole) => filled[hole]));
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
