/* The HTTP interface of docs/openapi.yaml, as the pages use it. */

import type { GateKey } from './verify/code.ts';
import type { components, operations } from './openapi.d.ts';
import { learnTime } from './clock.ts';
import { noteReached } from './reach.ts';

type Schemas = components['schemas'];
export type Application = Schemas['Application'];
export type DependantApplication = Schemas['DependantApplication'];
export type Colour = Schemas['Colour'];
export type Text = Schemas['Text'];
export type Jurisdiction = Schemas['Jurisdiction'];
export type Session = Schemas['Session'];
export type Service = Schemas['Service'];
export type Me = Schemas['Me'];
export type Person = Me['people'][number];
export type Code = Schemas['Code'];
export type Slot = Schemas['Slot'];
export type Reasons = Schemas['Reasons'];
export type Checkin = Schemas['Checkin'];
export type Symptom = Schemas['Symptom'];
export type Trip = Schemas['Trip'];
export type TravelCard = Schemas['TravelCard'];
export type CaseMap = Schemas['CaseMap'];
export type Journey = Schemas['Journey'];
export type AccessList = Schemas['AccessList'];
export type DivisionList = Schemas['DivisionList'];
export type PlaceList = Schemas['PlaceList'];
export type CheckRequest = Schemas['CheckRequest'];
export type Check = Schemas['Check'];
export type CheckCause = Schemas['CheckCause'];
export type RefusalCause = Schemas['RefusalCause'];
export type Verdict = Schemas['Verdict'];
export type PlaceCode = operations['getPlaceCode']['responses']['200']['content']['application/json'];
export type Visit = Schemas['Visit'];
export type Appeal = Schemas['Appeal'];
export type MyAppeals = operations['listMyAppeals']['responses']['200']['content']['application/json'];
export type Problem = Schemas['Problem'];
export type Household = Schemas['Household'];
export type HouseholdMember = Household['people'][number];
export type Mandate = Schemas['MandateList']['items'][number];
export type MandateAct = Schemas['MandateActs'][number];

/* The service answered, and the answer is a problem. */
export class ProblemError extends Error {
	readonly kind: string;
	constructor(readonly problem: Problem, readonly retryAfter_s: number) {
		super(problem.title);
		this.kind = problem.type.replace('/problems/', '');
	}
}

/* Nobody answered. */
export class OfflineError extends Error {}

/* A new name for a write. Sending the write again under the same name does it once. */
export function newKey(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const TIMEOUT_MS = 15000;

/* A queue does not wait as long for a verdict: the device can give it itself. */
const CHECK_TIMEOUT_MS = 4000;

/* Ask the service. Throws ProblemError or OfflineError, nothing else. */
export async function ask(method: string, path: string, body?: unknown, key?: string, timeout_ms = TIMEOUT_MS): Promise<Response> {
	const headers: Record<string, string> = { Accept: 'application/json' };
	if (body !== undefined)
		headers['Content-Type'] = 'application/json';
	if (key)
		headers['Idempotency-Key'] = key;
	let response: Response;
	try {
		response = await fetch(path, {
			method,
			headers,
			body: body === undefined ? undefined : JSON.stringify(body),
			cache: method === 'GET' ? 'default' : 'no-store',
			signal: AbortSignal.timeout(timeout_ms),
		});
	} catch {
		noteReached(false);
		throw new OfflineError('no answer');
	}
	noteReached(true);
	if (!response.ok)
		throw new ProblemError(await readProblem(response), Number(response.headers.get('Retry-After')) || 0);
	return response;
}

async function readProblem(response: Response): Promise<Problem> {
	const status = response.status;
	try {
		const problem = (await response.json()) as Partial<Problem>;
		if (typeof problem.type === 'string')
			return { title: '', status, ...problem } as Problem;
	} catch {
		/* A proxy's page, say: the status is all there is. */
	}
	const type = status === 401 ? '/problems/sign-in-needed' : status === 429 ? '/problems/too-many-requests' :
		status >= 500 ? '/problems/unavailable' : '/problems/bad-request';
	return { type, title: response.statusText, status };
}

async function json<T>(method: string, path: string, body?: unknown, key?: string, timeout_ms?: number): Promise<T> {
	const asked_ms = Date.now();
	const response = await ask(method, path, body, key, timeout_ms);
	if (response.status === 204)
		return undefined as T;
	let value: T & { now?: string };
	try {
		value = await response.json();
	} catch {
		throw new OfflineError('the answer broke off');
	}
	if (typeof value?.now === 'string')
		learnTime(value.now, asked_ms, Date.now());
	return value;
}

const query = (parameters: Record<string, string | number | undefined>) => {
	const set = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
	return set.length ? `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}` : '';
};

export const api = {
	service: () => json<Service>('GET', '/v1/service'),
	jurisdictions: () => json<{ items: Jurisdiction[] }>('GET', '/v1/jurisdictions'),
	divisions: (parent?: string) => json<DivisionList>('GET', `/v1/divisions${query({ parent })}`),
	trust: async () => new Uint8Array(await (await ask('GET', '/v1/trust')).arrayBuffer()),

	caseMap: () => json<CaseMap>('GET', '/v1/reports/cases'),

	apply: (application: Application, key: string) => json<unknown>('POST', '/v1/applications', application, key),
	sendCode: (phone: string, id_number: string) =>
		json<{ valid_s: number }>('POST', '/v1/sessions/codes', { phone, id_number }),
	signIn: (who: { phone: string; id_number: string; code: string } | { user: string; password: string }) =>
		json<Session>('POST', '/v1/sessions', who),
	session: () => json<Session>('GET', '/v1/sessions/current'),
	signOut: () => json<void>('DELETE', '/v1/sessions/current'),

	me: () => json<Me>('GET', '/v1/me'),
	code: (person: string, jurisdiction: string, slots: number) =>
		json<Code>('GET', `/v1/me/code${query({ person, jurisdiction, slots: slots || undefined })}`),
	publicCode: (person: string, jurisdiction: string) =>
		json<Code>('GET', `/v1/me/code${query({ person, jurisdiction, public: 1 })}`),
	reasons: (person: string, jurisdiction: string) =>
		json<Reasons>('GET', `/v1/me/reasons${query({ person, jurisdiction })}`),
	checkIn: (checkin: Checkin, key: string) => json<{ at: string }>('POST', '/v1/me/checkins', checkin, key),
	travelCard: (person: string) => json<TravelCard>('GET', `/v1/me/travel-card${query({ person })}`),
	journey: (person: string, from: string, to: string, date: string) =>
		json<Journey>('GET', `/v1/me/journey${query({ person, from, to, date })}`),
	accesses: (person: string, cursor?: string) =>
		json<AccessList>('GET', `/v1/me/accesses${query({ person, cursor })}`),
	arrive: (person: string, code: string, key: string) => json<Visit>('POST', '/v1/me/stays', { person, code: code.slice(0, 4096) }, key),
	leave: (person: string, place: string, from: string, key: string) =>
		json<Visit>('POST', '/v1/me/stays/ends', { person, place, from }, key),
	complain: (person: string, receipt: string, text: string, key: string) =>
		json<{ at: string }>('POST', '/v1/me/complaints', { person, receipt, text }, key),
	appeals: (person: string, jurisdiction: string) =>
		json<MyAppeals>('GET', `/v1/me/appeals${query({ person, jurisdiction })}`),
	appeal: (person: string, jurisdiction: string, words: string, key: string) =>
		json<Appeal>('POST', '/v1/me/appeals', { person, jurisdiction, words }, key),
	withdrawAppeal: (person: string, number: number) =>
		json<void>('DELETE', `/v1/me/appeals/${number}${query({ person })}`),
	addDependant: (application: DependantApplication, key: string) =>
		json<unknown>('POST', '/v1/me/dependants', application, key),

	applyForHousehold: (household: Household, key: string) => json<{ people: number }>('POST', '/v1/households', household, key),
	paperCodes: async (jurisdiction: string, id_numbers: string[]) =>
		(await ask('POST', '/v1/paper-codes', { jurisdiction, id_numbers })).blob(),
	mandates: () => json<{ items: Mandate[] }>('GET', '/v1/me/mandates'),
	giveMandate: (mandate: { person: string; helper_id_number: string; acts: MandateAct[]; until: string }, key: string) =>
		json<unknown>('POST', '/v1/me/mandates', mandate, key),
	acceptMandate: (mandate: string, key: string) =>
		json<unknown>('POST', `/v1/me/mandates/${encodeURIComponent(mandate)}/acceptances`, {}, key),
	endMandate: (mandate: string) => json<void>('DELETE', `/v1/me/mandates/${encodeURIComponent(mandate)}`),

	gateKeys: () => json<{ items: GateKey[] }>('GET', '/v1/gate-keys'),
	places: (search: string) => json<PlaceList>('GET', `/v1/places${query({ search })}`),
	placeCode: (place: string) => json<PlaceCode>('GET', `/v1/place-code${query({ place })}`),
	noteArrival: (who: { place: string } & ({ code: string } | { id_number: string }), key: string) =>
		json<Visit>('POST', '/v1/stays', who, key),
	check: (request: CheckRequest, key: string) =>
		json<Check>('POST', '/v1/checks', request, key, request.offline ? undefined : CHECK_TIMEOUT_MS),
	refuse: (receipt: string, cause: RefusalCause, key: string) =>
		json<{ let_in: boolean }>('POST', `/v1/checks/${encodeURIComponent(receipt)}/refusals`, { cause }, key),
};
