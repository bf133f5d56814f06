/* A resident applies, somebody vouches for the phone, the code shows; a guard checks it, with and without a network. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { PASSWORD, PLACE, Server } from './server.ts';

const ID_NUMBER = '11010519491231002X';
const PHONE = '13800000001';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/* What every page is held to, once its script has drawn it: no fault that axe finds, and nothing that scrolls sideways. */
async function holds(page: Page): Promise<void> {
	await expect(page.locator('h1')).toBeVisible();
	await page.evaluate(axe);
	const faults = await page.evaluate(async () => {
		const { violations } = await (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> } }).axe.run();
		return violations.map((one) => `${one.id}: ${one.nodes.map((node) => String(node.target)).join('; ')}`);
	});
	expect(faults).toEqual([]);
	expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

test.describe.configure({ mode: 'serial' });

const server = new Server();
let resident: Page;
let guard: Page;
let context: BrowserContext;
let codeText = '';
const strangers: string[] = [];
const complaints: string[] = [];

async function open(path: string): Promise<Page> {
	const page = await context.newPage();
	page.on('request', (request) => {
		const url = request.url();
		if (!url.startsWith(server.address) && !/^(data|blob):/.test(url))
			strangers.push(url);
	});
	page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
	page.on('console', (message) => {
		if (/Content Security Policy|Content-Security-Policy/.test(message.text()))
			complaints.push(message.text());
	});
	await page.goto(server.address + path);
	return page;
}

test.beforeAll(async ({ browser }) => {
	await server.start();
	context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
});

test.afterAll(async () => {
	await context?.close();
	await server.stop();
});

test('a resident applies, step by step', async () => {
	resident = await open('/');
	await holds(resident);
	await resident.getByRole('button', { name: 'New here: apply' }).click();
	await resident.getByRole('button', { name: 'Next' }).click();
	await expect(resident.getByText('Please enter a phone number')).toBeVisible();
	await holds(resident);
	await resident.getByLabel('Name').fill('冯安');
	await resident.getByLabel('ID card or passport number').fill('1101 0519491231002x');
	await resident.getByLabel('Phone number').fill(PHONE);
	await resident.getByRole('button', { name: 'Next' }).click();

	await resident.getByLabel('Which code').selectOption('hangzhou-2020');
	await resident.getByLabel('Province').selectOption('330000');
	await resident.getByLabel('City').selectOption('330100');
	await resident.getByLabel('County or district').selectOption('330106');
	await resident.getByRole('button', { name: 'Next' }).click();
	await resident.getByLabel('No', { exact: true }).check();
	await holds(resident);
	await resident.getByRole('button', { name: 'Next' }).click();
	await resident.getByRole('button', { name: 'Next' }).click();
	await resident.getByLabel('All of this is true').check();
	await holds(resident);
	await resident.getByRole('button', { name: 'Send the application' }).click();
	await expect(resident.getByRole('heading', { name: 'We have your application' })).toBeVisible();
});

test('she signs in with the code that was sent, and sees no colour before somebody vouches', async () => {
	await resident.getByRole('button', { name: 'Sign in' }).click();
	await resident.getByRole('button', { name: 'Send me a code' }).click();
	await resident.getByLabel('Six-digit code').fill(await server.oneTimeCode());
	await holds(resident);
	await resident.getByRole('button', { name: 'Sign in' }).click();
	await expect(resident.getByRole('heading', { name: 'Waiting for confirmation' })).toBeVisible();
	await expect(resident.locator('[data-colour]')).toHaveCount(0);
	await holds(resident);
});

test('once vouched for, the code shows colour, word, shape and a QR code within a small screen', async () => {
	expect(await server.vouch(ID_NUMBER, PHONE)).toBe(true);
	await resident.reload();
	const pass = resident.locator('[data-colour]');
	await expect(pass).toBeVisible();
	const colour = await pass.getAttribute('data-colour');
	await expect(pass.getByRole('heading')).toHaveText({ green: 'Green', yellow: 'Yellow', red: 'Red', gray: 'Gray' }[String(colour)] ?? '');
	await expect(pass.locator('[data-shape]')).toHaveAttribute('data-shape', { green: 'tick', yellow: 'warning', red: 'bar', gray: 'dots' }[String(colour)] ?? '');
	await expect(pass.getByRole('img', { name: /QR code/ })).toBeInViewport({ ratio: 1 });
	await holds(resident);
	codeText = await resident.evaluate(() => {
		const key = Object.keys(localStorage).find((one) => one.includes('me.code.self'));
		return (JSON.parse(localStorage.getItem(key ?? '') ?? '{}') as { slots: { code: string }[] }).slots[0]?.code ?? '';
	});
	expect(codeText).toMatch(/^HC1:/);
});

test('she reads why, checks in, and sees her family, travel and data pages', async () => {
	await resident.getByRole('button', { name: 'Why this colour?' }).click();
	await expect(resident.getByText(/^Since /)).toBeVisible();
	await holds(resident);
	for (const [screen, heading] of [['family', 'Family'], ['travel', 'Travel card'], ['data', 'My data'], ['checkin', 'Daily check-in']]) {
		await resident.goto(`${server.address}/#/${screen}`);
		await expect(resident.getByRole('heading', { name: heading, exact: true })).toBeVisible();
		await holds(resident);
	}
	await resident.getByLabel('No', { exact: true }).check();
	await resident.getByRole('button', { name: 'Check in', exact: true }).click();
	await expect(resident.getByText(/^Recorded/)).toBeVisible();
});

test('without a network the page opens, and the codes fetched ahead still show', async () => {
	await resident.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await resident.goto(`${server.address}/#/code`);
	await expect(resident.locator('[data-colour]')).toBeVisible();
	await context.setOffline(true);
	await resident.reload();
	await expect(resident.locator('[data-colour]')).toBeVisible();
	await expect(resident.getByText('No network; the page still works')).toBeVisible();
	await holds(resident);
	await context.setOffline(false);
});

test('a guard signs in, chooses the place once, and the verdict is large, in word and shape', async () => {
	context = await (resident.context().browser() as NonNullable<ReturnType<BrowserContext['browser']>>)
		.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	guard = await open('/gate/');
	await holds(guard);
	await guard.getByLabel('User name').fill('guard');
	await guard.getByLabel('Password').fill(PASSWORD);
	await guard.getByRole('button', { name: 'Sign in' }).click();
	await holds(guard);
	await guard.getByRole('button', { name: PLACE }).click();
	await holds(guard);
	await guard.getByLabel('Hand scanner, or paste').fill(codeText);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	const verdict = guard.locator('[data-verdict]');
	await expect(verdict).toBeVisible();
	await expect(verdict.locator('[data-shape]')).toBeVisible();
	await expect(verdict.getByText(/^Receipt /)).toBeVisible();
	await holds(guard);
	for (const origin of ['Hangzhou', '杭州', 'hangzhou', 'HC1:', '330106', '冯'])
		expect(await guard.locator('#page').innerHTML()).not.toContain(origin);
});

test('a refusal has a cause from the list, and origin is not on it', async () => {
	await guard.getByRole('button', { name: 'Not let in: record why' }).click();
	await expect(guard.getByText('Where somebody comes from is no reason.')).toBeVisible();
	expect((await guard.locator('.cards button').allTextContents()).join(' ')).not.toMatch(/from|origin|province|home/i);
	await holds(guard);
	await guard.getByRole('button', { name: "Somebody else's code" }).click();
	await expect(guard.getByText("Recorded: Somebody else's code")).toBeVisible();
	await guard.getByRole('button', { name: 'Next person' }).click();
});

test('what is no code is stopped', async () => {
	await guard.getByLabel('Hand scanner, or paste').fill('https://example.org/');
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(guard.locator('[data-verdict="refuse"]')).toBeVisible();
	await expect(guard.getByText('Not a health code')).toBeVisible();
	await holds(guard);
	await guard.getByRole('button', { name: 'Next person' }).click();
});

test('without a network the gate gives the same verdict, and delivers the check later', async () => {
	const fresh = await resident.evaluate(async () => (await (await fetch('/v1/me/code')).json()) as { code: string });
	await guard.getByLabel('Hand scanner, or paste').fill(fresh.code);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	const online = await guard.locator('[data-verdict]').getAttribute('data-verdict');
	await guard.getByRole('button', { name: 'Next person' }).click();

	await guard.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await context.setOffline(true);
	await guard.reload();
	await guard.getByLabel('Hand scanner, or paste').fill(fresh.code);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(guard.locator('[data-verdict]')).toHaveAttribute('data-verdict', String(online));
	await expect(guard.getByText(/Receipt follows/)).toBeVisible();
	await expect(guard.getByText('1 to deliver')).toBeVisible();
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	await holds(guard);
	await context.setOffline(false);
	await expect(guard.getByText('1 to deliver')).toHaveCount(0, { timeout: 20_000 });
	await expect(guard.getByText(/not taken/)).toHaveCount(0);
});

test('no page asked anyone but the service, and no page broke its own rules', () => {
	expect(strangers).toEqual([]);
	expect(complaints).toEqual([]);
});
