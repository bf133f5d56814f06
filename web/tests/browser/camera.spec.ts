/* A guard's camera reads real codes from film, with and without a network; what is no good is told apart. */

import { join } from 'node:path';
import { chromium, expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { cameraFlags, drawText, filmNothing, filmPicture, tamper } from './film.ts';
import { AIRPORT, PASSWORD, PLACE, Server } from './server.ts';

const GREEN = '11010519491231002X';
/* Shown at one gate alone: a code used at two within its minute is asked about. */
const TRAVELLER = '330106197003050049';
const RED = '330106196203141231';
const PACK = 'hangzhou-2020';

test.describe.configure({ mode: 'serial' });

const server = new Server();
const film = join(server.folder, 'camera.y4m');
const picture = join(server.folder, 'code.png');
let browser: Browser;
let context: BrowserContext;
let guard: Page;

/* Film a fresh code of somebody, or one of another moment or store. */
function holdUp(id_number: string, { now, store = 'store' }: { now?: string; store?: string } = {}): void {
	server.healthcodeOn(store, ...(now ? ['--now', now] : []), 'code', 'issue', id_number, '--pack', PACK, '--png', picture);
	filmPicture(picture, film);
}

const codeText = (id_number: string): string => server.healthcode('code', 'issue', id_number, '--pack', PACK).trim();

/* What the page says of what the camera sees. */
async function scan(): Promise<{ verdict: string | null; text: string }> {
	/* A page that was just opened: one that goes on would not take the code before a second time. */
	await guard.reload();
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	await guard.getByRole('button', { name: 'Scan a code' }).click();
	const verdict = guard.locator('[data-verdict]');
	await expect(verdict).toBeVisible({ timeout: 30_000 });
	return { verdict: await verdict.getAttribute('data-verdict'), text: await verdict.innerText() };
}

async function unplugged<Result>(work: () => Promise<Result>): Promise<Result> {
	await context.setOffline(true);
	try {
		return await work();
	} finally {
		await context.setOffline(false);
	}
}

test.beforeAll(async ({}, { project }) => {
	await server.start();
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${GREEN},冯安,13800000001,330106,2020-03-01T09:00:00+08:00,${PACK}`,
		`${TRAVELLER},林行,13800000003,330106,2020-03-01T09:00:00+08:00,${PACK}`,
		`${RED},钱红,13800000002,330106,2020-03-01T09:00:00+08:00,${PACK}`);
	server.import('cases', 'case,id_number,status,onset,sampled,confirmed_at',
		`HZ-1,${RED},confirmed,2020-03-20T08:00:00+08:00,2020-03-21T08:00:00+08:00,2020-03-22T08:00:00+08:00`);
	filmNothing(film);
	const { args = [], ...options } = project.use.launchOptions ?? {};
	browser = await chromium.launch({ ...options, args: [...args, ...cameraFlags(film)] });
	context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB', permissions: ['camera'] });
	guard = await context.newPage();
	await guard.goto(`${server.address}/gate/`);
	await guard.getByLabel('User name').fill('guard');
	await guard.getByLabel('Password').fill(PASSWORD);
	await guard.getByRole('button', { name: 'Sign in' }).click();
	await guard.getByRole('button', { name: PLACE }).click();
	await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
	await guard.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
});

test.afterAll(async () => {
	await browser?.close();
	await server.stop();
});

test('the camera waits while nobody holds up a code, and can be closed', async () => {
	await guard.getByRole('button', { name: 'Scan a code' }).click();
	await expect(guard.getByText('Hold the QR code in the frame')).toBeVisible();
	await expect.poll(() => guard.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
	await expect(guard.locator('[data-verdict]')).toHaveCount(0);
	await guard.getByRole('button', { name: 'Close the camera' }).click();
	await expect(guard.locator('video')).toHaveCount(0);
});

test('a green code, askew, blurred and in bad light, passes', async () => {
	holdUp(GREEN);
	expect((await scan()).verdict).toBe('pass');
});

test('a superior who wants somebody kept out cannot: they are let in, and the office is told', async () => {
	await guard.getByRole('button', { name: 'Not let in: record why' }).click();
	await guard.getByRole('button', { name: 'A superior told me to' }).click();
	await expect(guard.getByText('Let the person in; the office is told.')).toBeVisible();
	await expect(guard.locator('[data-verdict="pass"]')).toBeVisible();
	expect(server.healthcode('ledger', 'show')).toContain('gate.superior');
});

test('the camera stays on for the next person, and takes the same code no second time', async () => {
	await guard.getByRole('button', { name: 'Next person' }).click();
	await expect.poll(() => guard.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(2);
	await expect(guard.locator('[data-verdict]')).toHaveCount(0);
	await guard.getByRole('button', { name: 'Close the camera' }).click();
});

test('a red code is stopped', async () => {
	holdUp(RED);
	const { verdict, text } = await scan();
	expect(verdict).toBe('refuse');
	expect(text).toContain('Red code');
});

test('without a network a green code passes and a red one is stopped', async () => {
	holdUp(GREEN);
	await unplugged(async () => {
		const { verdict, text } = await scan();
		expect(verdict).toBe('pass');
		expect(text).toContain('Checked without a network');
	});
	holdUp(RED);
	await unplugged(async () => expect((await scan()).text).toContain('Red code'));
});

test('a code of half an hour ago is expired, with a network and without', async () => {
	holdUp(GREEN, { now: '2020-03-24T07:30:00+08:00' });
	for (const seen of [await scan(), await unplugged(scan)]) {
		expect(seen.verdict).toBe('refuse');
		expect(seen.text).toContain('Expired');
	}
});

test('a code of which a bit was changed is found out, with a network and without', async () => {
	drawText(tamper(codeText(GREEN)), picture.replace('.png', '.pgm'));
	filmPicture(picture.replace('.png', '.pgm'), film);
	for (const seen of [await scan(), await unplugged(scan)]) {
		expect(seen.verdict).toBe('refuse');
		expect(seen.text).toContain('may be a fake');
	}
});

test('a code that another service made in the same name is found out, with a network and without', async () => {
	server.init('forger');
	server.healthcodeOn('forger', 'import', 'residents', join(server.folder, 'residents.csv'));
	holdUp(GREEN, { store: 'forger' });
	for (const seen of [await scan(), await unplugged(scan)]) {
		expect(seen.verdict).toBe('refuse');
		expect(seen.text).toContain('Signed by nobody on the list');
	}
});

test('a code on paper says what the ID card must end in, with a network and without', async () => {
	const paper = JSON.parse(server.healthcode('--json', 'code', 'issue', GREEN, '--pack', PACK, '--paper', join(server.folder, 'paper.pdf'))) as { code: string };
	drawText(paper.code, picture.replace('.png', '.pgm'));
	filmPicture(picture.replace('.png', '.pgm'), film);
	for (const seen of [await scan(), await unplugged(scan)]) {
		expect(seen.verdict).toBe('pass');
		expect(seen.text).toContain(`ID card ends in ${GREEN.slice(-4)}`);
		expect(seen.text).not.toContain('the bar moves');
	}
});

test('an ID number typed by the guard answers with a verdict alone, and needs a network', async () => {
	const type = async () => {
		await guard.reload();
		await expect(guard.getByText(/^Trust list: .* old$/)).toBeVisible();
		await guard.getByText('Neither phone nor paper').click();
		await guard.getByLabel('ID card or passport number').fill(RED);
		await guard.getByRole('button', { name: 'Check the ID number' }).click();
	};
	await type();
	await expect(guard.locator('[data-verdict="refuse"]')).toBeVisible();
	expect(await guard.locator('[data-verdict]').innerText()).not.toMatch(/red/i);
	await unplugged(async () => {
		await type();
		await expect(guard.getByText('An ID number can only be looked up with a network', { exact: false })).toBeVisible();
	});
});

test('where the rule asks for it the guard is told to compare the ID card, with a network and without', async () => {
	await guard.reload();
	await guard.getByRole('button', { name: 'Change' }).click();
	await guard.getByRole('button', { name: AIRPORT }).click();
	holdUp(TRAVELLER);
	for (const seen of [await scan(), await unplugged(scan)])
		expect(seen.text).toContain('compare with the ID card');
});

test('a poster is no health code', async () => {
	drawText('https://example.org/menu', picture.replace('.png', '.pgm'));
	filmPicture(picture.replace('.png', '.pgm'), film);
	expect((await scan()).text).toContain('Not a health code');
});

/* After all that show her code: a code of the same minute is the same code. */
test('a revoked code is stopped, with a network, and without once the list has come', async () => {
	const code = codeText(GREEN);
	drawText(code, picture.replace('.png', '.pgm'));
	filmPicture(picture.replace('.png', '.pgm'), film);
	server.healthcode('code', 'revoke', code);
	/* A list is good for five minutes before the service makes another; one that starts makes its own. */
	await server.halt();
	await server.serve();
	const fetched = guard.waitForResponse((response) => response.url().endsWith('/v1/trust') && response.ok());
	await context.setOffline(true);
	await context.setOffline(false); /* The page asks for the list when the network comes back. */
	await fetched;
	for (const seen of [await scan(), await unplugged(scan)]) {
		expect(seen.verdict).toBe('refuse');
		expect(seen.text).toContain('Withdrawn');
	}
});

test('what was checked without a network is delivered, each once', async () => {
	await expect(guard.getByText(/to deliver$/)).toHaveCount(0, { timeout: 40_000 });
	await expect(guard.getByText(/not taken/)).toHaveCount(0);
});
