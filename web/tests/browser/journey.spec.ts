/* A resident applies, somebody vouches for the phone, the code shows; a guard checks it, with and without a network. */

import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { holds, shows } from './holds.ts';
import { PASSWORD, PLACE, Server } from './server.ts';

const ID_NUMBER = '11010519491231002X';
const PHONE = '13800000001';
const VERDICT = /^(Pass|Ask|Stop)$/;

test.describe.configure({ mode: 'serial' });

const server = new Server();
let resident: Page;
let guard: Page;
let context: BrowserContext;
let codeText = '';
let receipt = '';
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
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
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

test('every screen has its heading, also while it waits for the service', async ({ browser }) => {
	const slow = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB', serviceWorkers: 'block' });
	await slow.route('**/v1/**', () => undefined); /* never answered */
	for (const path of ['/', '/#/code', '/gate/']) {
		const page = await slow.newPage();
		await page.goto(server.address + path);
		await expect(page.getByText('One moment…')).toBeVisible();
		await holds(page, /^(Health code|Code check)$/);
	}
	await slow.close();
});

test('a resident applies, step by step', async () => {
	resident = await open('/');
	await holds(resident, /^Your pass/);
	await resident.getByRole('button', { name: 'New here: apply' }).click();
	await resident.getByRole('button', { name: 'Next' }).click();
	await expect(resident.getByText('Please enter a phone number')).toBeVisible();
	await holds(resident, 'Who you are');
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
	await holds(resident, 'How you feel');
	await resident.getByRole('button', { name: 'Next' }).click();
	await resident.getByRole('button', { name: 'Next' }).click();
	await resident.getByLabel('All of this is true').check();
	await holds(resident, 'Please check');
	await resident.getByRole('button', { name: 'Send the application' }).click();
	await expect(resident.getByRole('heading', { name: 'We have your application' })).toBeVisible();
});

test('she signs in with the code that was sent, and sees no colour before somebody vouches', async () => {
	await resident.getByRole('button', { name: 'Sign in' }).click();
	await resident.getByRole('button', { name: 'Send me a code' }).click();
	await resident.getByLabel('Six-digit code').fill(await server.oneTimeCode());
	await holds(resident, 'Sign in');
	await resident.getByRole('button', { name: 'Sign in' }).click();
	await expect(resident.getByRole('heading', { name: 'Waiting for confirmation' })).toBeVisible();
	await expect(resident.locator('[data-colour]')).toHaveCount(0);
	await holds(resident, 'Waiting for confirmation');
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
	await holds(resident, /^(Green|Yellow|Red|Gray)$/);
	codeText = await resident.evaluate(() => {
		const key = Object.keys(localStorage).find((one) => one.includes('me.code.self'));
		return (JSON.parse(localStorage.getItem(key ?? '') ?? '{}') as { slots: { code: string }[] }).slots[0]?.code ?? '';
	});
	expect(codeText).toMatch(/^HC1:/);
});

test('she shows the last four digits of her ID when she agrees, for a guard to compare, and hides them', async () => {
	await expect(resident.getByText('ID ends in')).toHaveCount(0);
	await resident.getByRole('button', { name: 'ID digits' }).click();
	await expect(resident.getByRole('dialog', { name: 'Show the last four digits of the ID?' })).toBeVisible();
	await holds(resident, /^(Green|Yellow|Red|Gray)$/);
	await resident.keyboard.press('Escape');
	await expect(resident.getByRole('dialog')).toHaveCount(0);
	await expect(resident.getByText('ID ends in')).toHaveCount(0);
	await resident.getByRole('button', { name: 'ID digits' }).press('Enter');
	await resident.getByRole('button', { name: 'Show them' }).press('Enter');
	await expect(resident.getByText('ID ends in')).toContainText(ID_NUMBER.slice(-4));
	await expect(resident.getByRole('img', { name: /QR code/ })).toBeInViewport({ ratio: 1 });
	await holds(resident, /^(Green|Yellow|Red|Gray)$/);
	await resident.getByRole('button', { name: 'Hide them' }).click();
	await expect(resident.getByText('ID ends in')).toHaveCount(0);
});

test('she reads why, checks in, and sees her family, travel and data pages', async () => {
	await resident.getByRole('button', { name: 'Why?' }).click();
	await expect(resident.getByText(/^Since /)).toBeVisible();
	await holds(resident, /^Why (Green|Yellow|Red|Gray)$/);
	for (const [screen, heading] of [['family', 'Family'], ['travel', 'Travel card'], ['data', 'My data'], ['checkin', 'Daily check-in']] as const) {
		await resident.goto(`${server.address}/#/${screen}`);
		await holds(resident, heading);
	}
	await resident.getByLabel('No', { exact: true }).check();
	await resident.getByRole('button', { name: 'Check in', exact: true }).click();
	await expect(resident.getByText('A temperature between 30 and 45, such as 36.5')).toBeVisible(); // none is suggested
	await resident.getByRole('button', { name: '0.1 higher' }).click();
	await expect(resident.locator('.stepper input')).toHaveValue('36.5'); // a step begins at an ordinary one
	await resident.locator('.stepper input').fill('36.8');
	await resident.getByRole('button', { name: 'Check in', exact: true }).click();
	await expect(resident.getByText(/^Recorded/)).toBeVisible();
});

test('before a journey she is told what awaits her: orders, whose codes count, her colours', async () => {
	server.import('orders', 'order,direction,division,from,for,needs,transport,text_zh,text_en,source',
		'workers,leave,420100,2020-03-25,migrant_workers,negative_test,point_to_point,务工人员点对点返岗。,Workers leave from point to point.,Notice 1',
		'all,leave,420100,2020-04-08,everyone,green_at_origin,,武汉解除管控。,Wuhan opens.,Notice 2');
	await resident.goto(`${server.address}/#/travel`);
	await resident.getByRole('button', { name: 'Before a journey: what awaits me?' }).click();
	await holds(resident, 'Before a journey');
	await expect(resident.getByLabel('Day of travel')).toHaveValue('2020-03-24');
	await resident.getByRole('button', { name: 'What awaits me?', exact: true }).click();
	await expect(resident.getByText('Choose both places and the day.')).toBeVisible();
	const ask = async (legend: string, ...divisions: string[]) => {
		const group = resident.getByRole('group', { name: legend, exact: true });
		for (const [level, division] of divisions.entries())
			await group.getByRole('combobox').nth(level).selectOption(division);
	};
	await ask('From', '420000', '420100', '420106');
	await ask('To', '330000', '330100', '330106');
	const go = resident.getByRole('button', { name: 'What awaits me?', exact: true });
	await go.click();
	await expect(resident.getByText('As it stands, you cannot make this journey on that day.')).toBeVisible();
	await expect(resident.getByText('Leaving is not permitted to everybody. From 8 April at 00:00 it is.')).toBeVisible();
	await expect(resident.getByText('Workers leave from point to point.')).toBeVisible();
	await expect(resident.getByText('from 25 March at 00:00, for people who work elsewhere only, with a negative test, by transport from point to point')).toBeVisible();
	await holds(resident, 'Before a journey');
	await resident.getByLabel('Day of travel').fill('2020-04-08');
	await expect(resident.getByText('Workers leave')).toHaveCount(0); // an answer about another day is gone
	await go.click();
	await expect(resident.getByText('Leaving is permitted.')).toBeVisible();
	await expect(resident.getByText(/^At gates there counts: /)).toBeVisible();
	await expect(resident.locator('.journey .tag')).toHaveCount(1); // hers, of that day
	await holds(resident, 'Before a journey');
});

test('without a network the page opens, and the codes fetched ahead still show', async () => {
	await resident.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await resident.goto(`${server.address}/#/code`);
	await expect(resident.locator('[data-colour]')).toBeVisible();
	await context.setOffline(true);
	await resident.reload();
	await expect(resident.locator('[data-colour]')).toBeVisible();
	await expect(resident.getByText('No network; this page still works')).toBeVisible();
	await holds(resident, /^(Green|Yellow|Red|Gray)$/);
	await context.setOffline(false);
});

test('a guard signs in, chooses the place once, and the verdict is large, in word and shape', async () => {
	context = await (resident.context().browser() as NonNullable<ReturnType<BrowserContext['browser']>>)
		.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	guard = await open('/gate/');
	await holds(guard, 'Sign in to check codes');
	await guard.getByLabel('User name').fill('guard');
	await guard.getByLabel('Password').fill(PASSWORD);
	await guard.getByRole('button', { name: 'Sign in' }).click();
	await holds(guard, 'Where are you checking?');
	await guard.getByRole('button', { name: PLACE }).click();
	await holds(guard, 'Check');
	await guard.getByLabel('Hand scanner, or paste').fill(codeText);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	const verdict = guard.locator('[data-verdict]');
	await expect(verdict).toBeVisible();
	await expect(verdict.locator('[data-shape]')).toBeVisible();
	receipt = ((await verdict.getByText(/^Receipt /).textContent()) as string).replace('Receipt ', '');
	await holds(guard, VERDICT);
	for (const origin of ['Hangzhou', '杭州', 'hangzhou', 'HC1:', '330106', '冯'])
		expect(await guard.locator('#page').innerHTML()).not.toContain(origin);
});

test('a refusal has a cause from the list, and origin is not on it', async () => {
	await guard.getByRole('button', { name: 'Not let in: record why' }).click();
	await expect(guard.getByText('Where somebody comes from is no reason.')).toBeVisible();
	expect((await guard.locator('.cards button').allTextContents()).join(' ')).not.toMatch(/from|origin|province|home/i);
	await holds(guard, 'Why not let in?');
	await guard.getByRole('button', { name: "Somebody else's code" }).click();
	await expect(guard.getByText("Recorded: Somebody else's code")).toBeVisible();
	await guard.getByRole('button', { name: 'Next person' }).click();
});

test('she complains by the number on the guard\'s screen, once', async () => {
	await resident.goto(`${server.address}/#/data`);
	await resident.getByText('Complain about a check').click();
	const send = resident.getByRole('button', { name: 'Send the complaint' });
	await send.click();
	await expect(resident.getByText('26 letters and digits')).toBeVisible();
	await expect(resident.getByText('Please say what happened')).toBeVisible();
	await holds(resident, 'My data');
	await resident.getByLabel('What happened?').fill('He let me in and told me to go home next time.');
	await resident.getByLabel('Receipt number').fill('a'.repeat(26));
	await send.click();
	await expect(resident.locator('.problem')).toBeVisible(); // there is no such check
	await resident.getByLabel('Receipt number').fill(` ${receipt.toUpperCase()} `); // as somebody copies it by hand
	await send.click();
	await expect(resident.getByText(/^Taken .* Who answers for the gates reads it\.$/)).toBeVisible();
	await expect(resident.getByLabel('What happened?')).toHaveValue('');
	await holds(resident, 'My data');
	await resident.getByLabel('What happened?').fill('Once more.');
	await resident.getByLabel('Receipt number').fill(receipt);
	await send.click();
	await expect(resident.getByText('There is a complaint about this receipt already')).toBeVisible();
});

test('what is no code is stopped', async () => {
	await guard.getByLabel('Hand scanner, or paste').fill('https://example.org/');
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(guard.locator('[data-verdict="refuse"]')).toBeVisible();
	await expect(guard.getByText('Not a health code')).toBeVisible();
	await holds(guard, VERDICT);
	await guard.getByRole('button', { name: 'Next person' }).click();
});

test('without a network the gate gives the same verdict, and delivers the check later', async () => {
	/* A code lives a minute: each check gets its own. */
	const fresh = async () => (await resident.evaluate(async () => (await (await fetch('/v1/me/code')).json()) as { code: string })).code;
	await guard.getByLabel('Hand scanner, or paste').fill(await fresh());
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await shows(guard, VERDICT);
	const online = await guard.locator('[data-verdict]').getAttribute('data-verdict');
	await guard.getByRole('button', { name: 'Next person' }).click();

	await guard.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	const last = await fresh();
	await context.setOffline(true);
	await guard.reload();
	/* What decides without a network is read from the device first. */
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	await guard.getByLabel('Hand scanner, or paste').fill(last);
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(guard.locator('[data-verdict]')).toHaveAttribute('data-verdict', String(online));
	await expect(guard.getByText(/delivered when the network is back/)).toBeVisible();
	await expect(guard.getByText(/Receipt [0-9a-z]{26}/)).toBeVisible();
	await expect(guard.getByText('1 to deliver')).toBeVisible();
	await holds(guard, VERDICT);
	await context.setOffline(false);
	await expect(guard.getByText('1 to deliver')).toHaveCount(0, { timeout: 40_000 });
	await expect(guard.getByText(/not taken/)).toHaveCount(0);
});

test('no page asked anyone but the service, and no page broke its own rules', () => {
	expect(strangers).toEqual([]);
	expect(complaints).toEqual([]);
});
