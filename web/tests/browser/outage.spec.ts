/* The service stops. The resident's codes go on changing and count at a gate that decides alone; what the gate checked meanwhile is
 * delivered, each once, when the service is back. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { PASSWORD, PLACE, Server } from './server.ts';

const WHO = { id_number: '11010519491231002X', phone: '13800000001' };
const PACK = 'hangzhou-2020';

test.describe.configure({ mode: 'serial' });

const server = new Server();
let phone: BrowserContext;
let gate: BrowserContext;
let resident: Page;
let guard: Page;

/* The code that the phone shows now: its text, as the page keeps it, and its end. */
const shown = () => resident.evaluate(() => {
	const item = (name: string) => JSON.parse(localStorage.getItem(`healthcode.${name}`) ?? 'null');
	const now = Date.now() + (item('clock_offset_ms') ?? 0);
	const { slots } = item('me.code.self.hangzhou-2020') as { slots: { code: string; issued_at: string; expires_at: string }[] };
	return {
		ahead_s: (Date.parse(slots.at(-1)?.expires_at ?? '') - now) / 1000,
		code: slots.filter((slot) => Date.parse(slot.issued_at) <= now && now < Date.parse(slot.expires_at)).at(-1)?.code ?? '',
	};
});

const drawn = () => resident.locator('.qr path').getAttribute('d');

async function check(code: string): Promise<string | null> {
	const next = guard.getByRole('button', { name: 'Next person' });
	if (await next.isVisible())
		await next.click();
	await guard.getByLabel('Hand scanner, or paste').fill(code);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(guard.locator('[data-verdict]')).toBeVisible();
	return guard.locator('[data-verdict]').getAttribute('data-verdict');
}

/* How many checks the service has on record. */
const recorded = () => Number(execFileSync('sqlite3', [join(server.folder, 'store/registry.db'), 'SELECT count(*) FROM gate_check']));

const delivered = () => expect(guard.getByText(/to deliver$/)).toHaveCount(0, { timeout: 60_000 });

test.beforeAll(async ({ browser }) => {
	await server.start();
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${WHO.id_number},冯安,${WHO.phone},330106,2020-03-01T09:00:00+08:00,${PACK}`);
	phone = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	gate = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	resident = await phone.newPage();
	guard = await gate.newPage();
});

test.afterAll(async () => {
	await phone?.close();
	await gate?.close();
	await server.stop();
});

test('a phone fetches the codes of two hours at once', async () => {
	await server.post('/v1/sessions/codes', WHO);
	const signedIn = await phone.request.post(`${server.address}/v1/sessions`, { data: { ...WHO, code: await server.oneTimeCode() } });
	expect(signedIn.status()).toBe(201);
	await resident.goto(`${server.address}/#/code`);
	await expect(resident.locator('[data-colour="green"]')).toBeVisible();
	expect((await shown()).ahead_s).toBeGreaterThan(7000);
	await resident.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
});

test('a guard signs in and has the list', async () => {
	const signedIn = await gate.request.post(`${server.address}/v1/sessions`, { data: { user: 'guard', password: PASSWORD } });
	expect(signedIn.status()).toBe(201);
	await guard.goto(`${server.address}/gate/`);
	await guard.getByRole('button', { name: PLACE }).click();
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	await guard.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
});

let first = '';

test('the service stops: the phone says so and shows a code, which passes at a gate that decides alone', async () => {
	await server.halt();
	first = (await shown()).code;
	expect(await check(first)).toBe('pass');
	await expect(guard.getByText('Checked without a network', { exact: false })).toBeVisible();
	await expect(guard.getByText('1 to deliver')).toBeVisible();
	await expect(guard.getByText('Offline', { exact: true })).toBeVisible();
});

test('the mark moves and the clock runs, as no picture does', async () => {
	const look = () => resident.evaluate(() => [
		getComputedStyle(document.querySelector('.pass-stripe') as Element).transform, document.querySelector('.pass-time')?.textContent,
	]);
	const [mark, clock] = await look();
	await expect.poll(async () => (await look())[0]).not.toBe(mark);
	await expect.poll(async () => (await look())[1]).not.toBe(clock);
});

test('a minute later another code is drawn, which passes too, and the one before has expired', async () => {
	const before = await drawn();
	await expect.poll(drawn, { timeout: 90_000 }).not.toBe(before);
	await expect(resident.getByText(/^No network\. This phone has codes until/)).toBeVisible();
	await resident.reload(); /* out of what the phone keeps */
	await expect(resident.locator('[data-colour="green"]')).toBeVisible();
	const { code } = await shown();
	expect(code).not.toBe(first);
	expect(await check(code)).toBe('pass');
	expect(await check(first)).toBe('refuse');
	await expect(guard.getByText('Expired', { exact: false })).toBeVisible();
	await expect(guard.getByText('3 to deliver')).toBeVisible();
});

test('a device whose clock is behind the list that it has says so, and says nothing of a code', async () => {
	const turn = (by_ms: number) => guard.evaluate((by) => {
		const key = 'healthcode.clock_offset_ms';
		localStorage.setItem(key, String(Number(localStorage.getItem(key) ?? 0) + by));
	}, by_ms);
	const { code } = await shown();
	await turn(-86400000);
	await guard.reload();
	await expect(guard.getByText('Clock is wrong')).toBeVisible();
	await guard.getByLabel('Hand scanner, or paste').fill(code);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(guard.getByText('This device’s clock is wrong', { exact: false })).toBeVisible();
	await expect(guard.locator('[data-verdict]')).toHaveCount(0);
	await turn(86400000);
	await guard.reload();
	await expect(guard.getByText('Clock is wrong')).toHaveCount(0);
});

test('the service is back: what waited is delivered, each once', async () => {
	expect(recorded()).toBe(0);
	await server.serve();
	await delivered();
	await expect(guard.getByText(/not taken/)).toHaveCount(0);
	expect(recorded()).toBe(3);
	await expect(resident.getByText(/^No network/)).toHaveCount(0, { timeout: 30_000 });
});

test('a check whose answer is lost on the way stays one check', async () => {
	await expect(guard.getByText('Online', { exact: true })).toBeVisible({ timeout: 30_000 });
	const fresh = (await resident.evaluate(async () => (await (await fetch('/v1/me/code')).json()) as { code: string })).code;
	await guard.route('**/v1/checks', async (route) => {
		await route.fetch();
		await route.abort();
	}, { times: 1 });
	expect(await check(fresh)).toBe('pass');
	await expect(guard.getByText('Checked without a network', { exact: false })).toBeVisible();
	expect(recorded()).toBe(4);
	await delivered();
	await expect(guard.getByText(/not taken/)).toHaveCount(0);
	expect(recorded()).toBe(4);
});
