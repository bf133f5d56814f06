/* A city whose codes say their colour to gates alone: its guards' page opens them without a network, and a page that never had the
 * day's key asks, and says why. */

import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { PASSWORD, PLACE, Server } from './server.ts';

const GREEN = '11010519491231002X';
const RED = '330106196203141231';
const PACK = 'hangzhou-2020';

test.describe.configure({ mode: 'serial' });

const server = new Server('gates');
let context: BrowserContext;
let guard: Page;

const code = (id_number: string, ...more: string[]) => server.healthcode('code', 'issue', id_number, '--pack', PACK, ...more).trim();

async function check(text: string): Promise<{ verdict: string | null; said: string }> {
	const next = guard.getByRole('button', { name: 'Next person' });
	if (await next.isVisible())
		await next.click();
	await guard.getByLabel('Hand scanner, or paste').fill(text);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	const verdict = guard.locator('[data-verdict]');
	await expect(verdict).toBeVisible();
	return { verdict: await verdict.getAttribute('data-verdict'), said: await verdict.innerText() };
}

test.beforeAll(async ({ browser }) => {
	await server.start();
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${GREEN},冯安,13800000001,330106,2020-03-01T09:00:00+08:00,${PACK}`,
		`${RED},钱红,13800000002,330106,2020-03-01T09:00:00+08:00,${PACK}`);
	server.import('cases', 'case,id_number,status,onset,sampled,confirmed_at',
		`HZ-1,${RED},confirmed,2020-03-20T08:00:00+08:00,2020-03-21T08:00:00+08:00,2020-03-22T08:00:00+08:00`);
	context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	expect((await context.request.post(`${server.address}/v1/sessions`, { data: { user: 'guard', password: PASSWORD } })).status()).toBe(201);
	guard = await context.newPage();
	await guard.goto(`${server.address}/gate/`);
	await guard.getByRole('button', { name: PLACE }).click();
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	await expect.poll(() => guard.evaluate(() => localStorage.getItem('healthcode.gate.keys') ?? '')).toContain(PACK);
	await guard.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
});

test.afterAll(async () => {
	await context?.close();
	await server.stop();
});

test('with a network a sealed code gives the verdict of its colour', async () => {
	expect((await check(code(GREEN))).verdict).toBe('pass');
	expect((await check(code(RED))).verdict).toBe('refuse');
});

test('without one the page opens it by itself', async () => {
	const [green, red] = [code(GREEN), code(RED)];
	await server.halt();
	const passed = await check(green);
	expect(passed.verdict).toBe('pass');
	expect(passed.said).toContain('Checked without a network');
	const refused = await check(red);
	expect(refused.verdict).toBe('refuse');
	expect(refused.said).toContain('Red');
});

test('without the day\'s key it says so and asks, and the public form still counts', async () => {
	const [sealed, open] = [code(GREEN), code(GREEN, '--public')];
	await guard.evaluate(() => localStorage.setItem('healthcode.gate.keys', '[]'));
	await guard.reload();
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	const asked = await check(sealed);
	expect(asked.verdict).toBe('ask');
	expect(asked.said).toContain('public');
	expect((await check(open)).verdict).toBe('pass');
});

test('the holder shows the public form for a minute, on their word alone', async ({ browser }) => {
	await server.serve();
	const phone = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	const who = { id_number: GREEN, phone: '13800000001' };
	await server.post('/v1/sessions/codes', who);
	expect((await phone.request.post(`${server.address}/v1/sessions`, { data: { ...who, code: await server.oneTimeCode() } })).status()).toBe(201);
	const resident = await phone.newPage();
	const asked: string[] = [];
	resident.on('request', (request) => request.url().includes('public=1') && asked.push(request.url()));
	await resident.goto(`${server.address}/#/code`);
	await expect(resident.locator('[data-colour="green"]')).toBeVisible();
	const drawn = () => resident.locator('.qr path').getAttribute('d');
	const sealed = await drawn();
	await resident.getByRole('button', { name: 'For other readers' }).click();
	await resident.getByRole('button', { name: 'Cancel' }).click();
	expect(asked).toEqual([]);
	expect(await drawn()).toBe(sealed);
	await resident.getByRole('button', { name: 'For other readers' }).click();
	await resident.getByRole('button', { name: 'Show it' }).click();
	await expect(resident.getByText('Any reader sees the colour, until', { exact: false })).toBeVisible();
	await expect(resident.getByRole('img', { name: /QR code/ })).toBeInViewport({ ratio: 1 });
	expect(asked).toHaveLength(1);
	/* Shorter by what would be sealed: fewer modules. */
	expect(await drawn()).not.toBe(sealed);
	if (process.env.PICTURE)
		await resident.screenshot({ path: process.env.PICTURE });
	await resident.getByRole('button', { name: 'For gates only' }).click();
	await expect(resident.getByText('Any reader sees the colour, until', { exact: false })).toHaveCount(0);
	await phone.close();
});

test('what was checked meanwhile is delivered, and the keys come back', async () => {
	await expect(guard.getByText(/to deliver$/)).toHaveCount(0, { timeout: 60_000 });
	await guard.reload();
	await expect.poll(() => guard.evaluate(() => localStorage.getItem('healthcode.gate.keys') ?? '')).toContain(PACK);
});
