/* A market shows its code; a visitor scans it with the phone's camera, and leaves. A picture of it is worth nothing a minute later, and
 * staff note who has no phone. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { cameraFlags, drawText, filmNothing, filmPicture } from './film.ts';
import { hasNoFault } from './holds.ts';
import { PASSWORD, PLACE, Server } from './server.ts';

const WHO = { id_number: '11010519491231002X', phone: '13800000001' };
const PACK = 'hangzhou-2020';
const OLD = '330106197003050049';

test.describe.configure({ mode: 'serial' });

const server = new Server();
const film = join(server.folder, 'camera.y4m');
const picture = join(server.folder, 'place.pgm');
let browser: Browser;
let gate: BrowserContext;
let phone: BrowserContext;
let guard: Page;
let resident: Page;

/* Somebody holds the phone before a picture of the text. */
function holdUp(text: string): void {
	drawText(text, picture);
	filmPicture(picture, film);
}

/* A code of now, as the guards' page shows it. */
const placeCode = () => server.healthcode('place-code', 'huzhou-rest-stop').trim();

test.beforeAll(async ({}, { project }) => {
	await server.start();
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${WHO.id_number},冯安,${WHO.phone},330106,2020-03-01T09:00:00+08:00,${PACK}`,
		`${OLD},王老,13800000009,330106,2020-03-01T09:00:00+08:00,${PACK}`);
	filmNothing(film);
	const { args = [], ...options } = project.use.launchOptions ?? {};
	browser = await chromium.launch({ ...options, args: [...args, ...cameraFlags(film)] });
	const seen = { viewport: { width: 360, height: 640 }, locale: 'en-GB', permissions: ['camera'] };
	gate = await browser.newContext(seen);
	phone = await browser.newContext(seen);
	guard = await gate.newPage();
	resident = await phone.newPage();
});

test.afterAll(async () => {
	await browser?.close();
	await server.stop();
});

test('the guards\' page shows the code of its place', async () => {
	expect((await gate.request.post(`${server.address}/v1/sessions`, { data: { user: 'guard', password: PASSWORD } })).status()).toBe(201);
	await guard.goto(`${server.address}/gate/`);
	await guard.getByRole('button', { name: PLACE }).click();
	await guard.getByRole('button', { name: 'Show this place’s code' }).click();
	await expect(guard.getByRole('heading', { level: 1, name: PLACE })).toBeVisible();
	await expect(guard.getByRole('img', { name: `Code of ${PLACE}` })).toBeVisible();
	await hasNoFault(guard);
});

test('a visitor scans it, and is noted there once', async () => {
	await server.post('/v1/sessions/codes', WHO);
	const signedIn = await phone.request.post(`${server.address}/v1/sessions`, { data: { ...WHO, code: await server.oneTimeCode() } });
	expect(signedIn.status()).toBe(201);
	holdUp(placeCode());
	await resident.goto(`${server.address}/#/checkin`);
	await resident.getByRole('button', { name: 'Scan the place’s code' }).click();
	await expect(resident.getByText(`You are noted at ${PLACE}`, { exact: false })).toBeVisible({ timeout: 30_000 });
	await hasNoFault(resident);
	await resident.reload();
	await expect(resident.getByText(`You are noted at ${PLACE}`, { exact: false })).toBeVisible();
});

test('she says that she left', async () => {
	await resident.getByRole('button', { name: 'I have left' }).click();
	await expect(resident.getByText(`You left ${PLACE}`)).toBeVisible();
	await expect(resident.getByRole('button', { name: 'I have left' })).toHaveCount(0);
});

test('a picture of a code that was shown before is worth nothing, nor is another code', async () => {
	const scan = async () => {
		await resident.reload();
		await resident.getByRole('button', { name: 'Scan the place’s code' }).click();
	};
	holdUp(server.healthcode('--now', '2020-03-24T07:58:00+08:00', 'place-code', 'huzhou-rest-stop').trim());
	await scan();
	await expect(resident.getByText('This code was shown before', { exact: false })).toBeVisible({ timeout: 30_000 });
	holdUp(server.healthcode('code', 'issue', WHO.id_number, '--pack', PACK).trim());
	await scan();
	await expect(resident.getByText('This is another kind of code')).toBeVisible({ timeout: 30_000 });
	await expect(resident.getByRole('button', { name: 'I have left' })).toHaveCount(0);
});

test('staff note who has no phone, and the holder is told', async () => {
	await guard.getByText('Without a phone: note them here').click();
	await guard.getByLabel('ID card or passport number').fill(OLD);
	await guard.getByRole('button', { name: 'Note by ID number' }).click();
	await expect(guard.getByText('Noted', { exact: true })).toBeVisible();
	expect(readFileSync(join(server.folder, 'store/outbox.jsonl'), 'utf8')).toContain('id-number-typed');
});

test('the code on the screen is another one before it ends', async () => {
	const drawn = () => guard.locator('.place-code .qr path').getAttribute('d');
	const first = await drawn();
	await expect.poll(drawn, { timeout: 70_000 }).not.toBe(first);
});

test('who was checked scans the receipt off the guard\'s screen and complains with it', async () => {
	expect(await server.vouch(WHO.id_number, WHO.phone)).toBe(true);
	await guard.getByRole('button', { name: 'Back', exact: true }).click();
	await guard.getByLabel('Hand scanner, or paste').fill('https://example.org/');
	const answered = guard.waitForResponse((one) => one.url().endsWith('/v1/checks'));
	await guard.getByRole('button', { name: 'Check', exact: true }).click();
	const { receipt, signed_receipt } = await (await answered).json() as { receipt: string; signed_receipt: string };
	await guard.getByText('Show the receipt to the other side').click();
	await expect(guard.getByRole('img', { name: `Receipt ${receipt}` })).toBeVisible();
	await expect(guard.locator('.receipt-number')).toHaveText((receipt.match(/.{1,4}/g) ?? []).join(' '));
	await hasNoFault(guard);
	holdUp(signed_receipt);
	await resident.goto(`${server.address}/#/data`);
	await resident.reload();
	await resident.getByText('Complain about a check').click();
	await resident.getByRole('button', { name: 'Scan the receipt on the guard’s screen' }).click();
	await expect(resident.getByLabel('Receipt number')).toHaveValue(receipt, { timeout: 30_000 });
	await expect(resident.getByText(/^Receipt: /)).toBeVisible();
	await hasNoFault(resident);
	await resident.getByLabel('What happened?').fill('My code was not even looked at.');
	await resident.getByRole('button', { name: 'Send the complaint' }).click();
	await expect(resident.getByText(/^Taken /)).toBeVisible();
	await guard.getByRole('button', { name: 'Next person' }).click();
	await guard.getByRole('button', { name: 'Show this place’s code' }).click();
});

test('without the service no old code stands there', async () => {
	await server.halt();
	await expect(guard.getByText('No network: the code cannot be renewed.', { exact: false })).toBeVisible({ timeout: 90_000 });
	await expect(guard.locator('.place-code .qr')).toHaveCount(0);
});
