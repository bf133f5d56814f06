// Whether the server and docs/openapi.yaml agree, by the exchanges that the journeys recorded:
//
//   node check_answers.mjs RECORD        RECORD is JSON lines of {method, path, status, headers, request, head, body}
//
// - each route of src/http/routes.c is an operation with the same name and the same roles, and the other way round
// - each operation, and each of its good answers (2xx, 304), was seen at least once
// - each answer has a status, a type, headers and a body that its operation names, and no member that it does not name
// - each request that was granted is one that the document allows
//
// "ok SENTENCE" for what holds, "not ok SENTENCE" for what does not, at the end "# pass N"; exit 1 if anything does not.

import { readFile } from 'node:fs/promises';
import { bundle, createConfig } from '@redocly/openapi-core';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const here = (path) => new URL(path, import.meta.url);
const methods = ['get', 'post', 'put', 'patch', 'delete'];

// Who the roles of the table of routes are, in the interface's words.
const roles = {
	ROLE_ANYBODY: null,
	ROLE_SIGNED_IN: [],
	ROLE_RESIDENT: ['resident'],
	ROLE_GATE: ['gate', 'supervisor'],
	ROLE_OFFICE: ['supervisor', 'auditor'],
	ROLE_CONSOLE: ['tracer', 'supervisor', 'auditor'],
	ROLE_OPENER: ['tracer', 'supervisor'],
	ROLE_DECIDER: ['supervisor', 'administrator'],
	ROLE_DECISION: ['supervisor', 'auditor', 'administrator'],
	ROLE_PEER: ['peer'],
	ROLE_CLINICIAN: ['clinician'],
	ROLE_FEED: ['clinician', 'supervisor', 'administrator'],
	ROLE_VOUCHER: ['clinician', 'supervisor'],
	ROLE_STAFF: ['clinician', 'supervisor'],
	ROLE_COMMITTEE: ['clinician'],
};

let passed = 0;
let failed = 0;
const say = (sentence, faults) => {
	if (faults.length === 0) {
		passed++;
		console.log(`ok ${sentence}`);
		return;
	}
	failed++;
	console.log(`not ok ${sentence}`);
	for (const fault of [...new Set(faults)].slice(0, 10)) console.log(`  ${fault}`);
};

const { bundle: bundled } = await bundle({
	ref: here('../docs/openapi.yaml').pathname,
	config: await createConfig({}),
});
const document = bundled.parsed;

// The document lets answers grow members. Here they may not: what the server adds, the document has to name.
const close = (part) => {
	if (!part || typeof part !== 'object') return;
	if (part.type === 'object' && part.properties && part.additionalProperties === undefined) part.additionalProperties = false;
	for (const child of Object.values(part)) close(child);
};
close(document.components.schemas);
close(document.components.responses);
close(document.paths);

const pointed = (pointer) =>
	pointer
		.slice(2)
		.split('/')
		.reduce((at, name) => at[name.replaceAll('~1', '/').replaceAll('~0', '~')], document);
const resolve = (part) => (part?.$ref ? resolve(pointed(part.$ref)) : part);

const options = { strict: false, allErrors: true, validateFormats: true };
const judge = (ajv) => {
	formats(ajv);
	ajv.addSchema({ $id: 'document', components: document.components });
	const compiled = new Map();
	return (schema, value, what) => {
		if (!compiled.has(schema)) {
			const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
			compiled.set(schema, ajv.compile(JSON.parse(text)));
		}
		const valid = compiled.get(schema);
		if (valid(value)) return [];
		return valid.errors.map((e) => `${what}${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`);
	};
};
const body_faults = judge(new Ajv(options));
const text_faults = judge(new Ajv({ ...options, coerceTypes: true })); // what headers and queries hold is text

const operations = [];
for (const [path, item] of Object.entries(document.paths)) {
	for (const method of methods.filter((name) => item[name])) {
		const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve);
		const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('$', '\\$').replace(/\{[^}]*\}/g, '([^/]+)')}$`);
		const names = [...path.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]);
		operations.push({ ...item[method], method: method.toUpperCase(), path, pattern, names, parameters, seen: [] });
	}
}

// The table of routes.
const table = await readFile(here('../src/http/routes.c'), 'utf8');
const routes = [...table.matchAll(/\{"(\w+)", "([A-Z]+)",\s+"([^"]+)",\s+(ROLE_\w+),/g)].map(([, name, method, path, role]) => ({
	name,
	method,
	path,
	role,
}));
say(
	'every line of the table of routes is understood',
	routes.length === [...table.matchAll(/^\t\{"/gm)].length ? [] : [`${routes.length} of its lines are`],
);
say(
	'every route is described, with its name and its roles',
	routes.flatMap((route) => {
		const operation = operations.find((o) => o.operationId === route.name);
		const where = `${route.method} ${route.path} (${route.name})`;
		if (!operation) return [`${where}: docs/openapi.yaml has no such operationId`];
		if (operation.method !== route.method || operation.path !== route.path)
			return [`${where}: docs/openapi.yaml has ${operation.method} ${operation.path}`];
		const wanted = roles[route.role];
		if (wanted === undefined) return [`${where}: check_answers.mjs does not know ${route.role}`];
		const named = operation.security ? (operation['x-roles'] ?? []) : null;
		const same = JSON.stringify(wanted && [...wanted].sort()) === JSON.stringify(named && [...named].sort());
		return same ? [] : [`${where}: ${route.role} is ${wanted}, x-roles are ${named}`];
	}),
);
say(
	'every operation is a route',
	operations.filter((o) => !routes.some((r) => r.name === o.operationId)).map((o) => `${o.method} ${o.path} is none`),
);

const read_head = (head) => {
	const last = head.replaceAll('\r', '').trim().split('\n\n').pop();
	const headers = {};
	for (const line of last.split('\n').slice(1)) {
		const colon = line.indexOf(':');
		headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
	}
	return headers;
};
const read_json = (text, what, faults) => {
	try {
		return JSON.parse(text);
	} catch {
		faults.push(`${what} is no JSON: ${text.slice(0, 80)}`);
		return undefined;
	}
};
const media = (content, type) =>
	Object.entries(content ?? {}).find(([name]) => name === (type ?? '').split(';')[0].trim())?.[1];

const answer_faults = (x, response, what) => {
	const faults = [];
	const headers = read_head(x.head);
	for (const [name, reference] of Object.entries(response.headers ?? {})) {
		const described = resolve(reference);
		const value = headers[name.toLowerCase()];
		if (value !== undefined) faults.push(...text_faults(described.schema, value, `${what}: header ${name}`));
		else if (described.required) faults.push(`${what}: the header ${name} is missing`);
	}
	if (x.method === 'HEAD' || !response.content) {
		if (x.body) faults.push(`${what}: there is a body`);
		return faults;
	}
	const described = media(response.content, headers['content-type']);
	if (!described) return [...faults, `${what}: ${headers['content-type']} is not among its types`];
	if (/[/+]json$/.test(headers['content-type'].split(';')[0])) {
		const value = read_json(x.body, what, faults);
		if (value !== undefined) faults.push(...body_faults(described.schema, value, what));
		if (headers['content-type'].startsWith('application/problem') && value?.status !== x.status)
			faults.push(`${what}: its "status" is ${value?.status}`);
	} else if (described.schema && !described.schema.contentEncoding) {
		faults.push(...body_faults(described.schema, x.body, what));
	}
	return faults;
};

const standard_faults = (x, operation, what) => {
	const headers = read_head(x.head);
	const faults = [];
	if (headers['x-content-type-options'] !== 'nosniff') faults.push(`${what}: X-Content-Type-Options is not nosniff`);
	if (headers['referrer-policy'] !== 'no-referrer') faults.push(`${what}: Referrer-Policy is not no-referrer`);
	const kept = x.status < 400 && operation?.responses['200']?.headers?.ETag;
	if (x.path.startsWith('/v1/') && !kept && headers['cache-control'] !== 'no-store')
		faults.push(`${what}: Cache-Control is not no-store`);
	if (x.status === 405 && !headers.allow) faults.push(`${what}: there is no Allow`);
	if (x.status >= 400 && x.method !== 'HEAD' && !/^application\/(problem|fhir)\+json/.test(headers['content-type'] ?? ''))
		faults.push(`${what}: the problem is ${headers['content-type']}`);
	return faults;
};

// A request that was granted; what was refused may be anything.
const request_faults = (x, operation, what) => {
	const faults = [];
	const asked = {};
	for (const line of x.headers) asked[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
	const url = new URL(x.path, 'http://localhost');
	const parts = operation.pattern.exec(url.pathname).slice(1);
	const named = { path: {}, query: Object.fromEntries(url.searchParams), header: asked };
	operation.names.forEach((name, i) => {
		named.path[name] = decodeURIComponent(parts[i]);
	});
	for (const parameter of operation.parameters) {
		const value = named[parameter.in][parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name];
		if (value !== undefined) faults.push(...text_faults(parameter.schema, value, `${what}: ${parameter.name}`));
		else if (parameter.required) faults.push(`${what}: granted without ${parameter.name}`);
	}
	for (const name of [...Object.keys(named.query), ...(asked['idempotency-key'] ? ['Idempotency-Key'] : [])])
		if (!operation.parameters.some((parameter) => parameter.name === name)) faults.push(`${what}: ${name} is not described`);
	if (operation.requestBody && x.status < 300) {
		const described = media(operation.requestBody.content, asked['content-type']);
		if (!described) return [...faults, `${what}: granted with a body of type ${asked['content-type']}`];
		const value = read_json(x.request, `${what}: the request`, faults);
		if (value !== undefined) faults.push(...body_faults(described.schema, value, `${what}: the request`));
	} else if (x.request && !operation.requestBody) {
		faults.push(`${what}: granted with a body`);
	}
	return faults;
};

const lines = (await readFile(process.argv[2], 'utf8')).split('\n').filter(Boolean);
const exchanges = lines.map((line) => JSON.parse(line));
const elsewhere = [];
for (const x of exchanges) {
	const path = x.path.replace(/\?.*/s, '');
	const what = `${x.method} ${x.path} ${x.status}`;
	const operation = operations.find((o) => o.method === (x.method === 'HEAD' ? 'GET' : x.method) && o.pattern.test(path));
	if (!operation) {
		const { Problem, FhirProblem } = document.components.responses;
		const problem = { content: (/^\/fhir(\/|$)/.test(path) ? FhirProblem : Problem).content };
		const known = operations.some((o) => o.pattern.test(path));
		if (x.status !== (known ? 405 : 404)) elsewhere.push(`${what}: nothing of the kind is described`);
		else elsewhere.push(...answer_faults(x, problem, what), ...standard_faults(x, undefined, what));
		continue;
	}
	const status = operation.responses[x.status] ? String(x.status) : 'default';
	const response = resolve(operation.responses[status]);
	if (status === 'default' && x.status < 400) operation.seen.push({ status, faults: [`${what} is not among its answers`] });
	else
		operation.seen.push({
			status: String(x.status),
			faults: [
				...answer_faults(x, response, what),
				...standard_faults(x, operation, what),
				...(x.status < 400 ? request_faults(x, operation, what) : []),
			],
		});
}

for (const o of operations) {
	const wanted = Object.keys(o.responses).filter((status) => /^[23]/.test(status));
	const unseen = wanted.filter((status) => !o.seen.some((seen) => seen.status === status));
	say(`${o.operationId}: each of its good answers was seen`, unseen.map((status) => `no journey saw ${o.method} ${o.path} ${status}`));
	say(`${o.operationId}: ${o.seen.length} exchanges are as described`, o.seen.flatMap((seen) => seen.faults));
}
say('what is not described is not answered', elsewhere);
console.log(`# pass ${passed}`);
process.exit(failed ? 1 : 0);
