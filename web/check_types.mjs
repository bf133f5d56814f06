// Whether source/openapi.d.ts is what docs/openapi.yaml says; exit 1 if not.
import { readFile } from 'node:fs/promises';
import openapi, { astToString, COMMENT_HEADER } from 'openapi-typescript';

const wanted = COMMENT_HEADER + astToString(await openapi(new URL('../docs/openapi.yaml', import.meta.url)));
const got = await readFile(new URL('source/openapi.d.ts', import.meta.url), 'utf8');
if (got.trim() !== wanted.trim()) {
	console.error('source/openapi.d.ts is not what docs/openapi.yaml says: npm run types');
	process.exit(1);
}
