/* A resident says on the page that says why what is wrong with the colour, and reads the office's answer there; for a child too. */

import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { holds } from './holds.ts';
import { PASSWORD, Server } from './server.ts';

const MOTHER = '330106196203141231';
const CHILD = '11010519491231002X';
const PHONE = '13800000002';
const PACK = 'hangzhou-2020';
const WORDS = '我没有去过那里';

test.describe.configure({ mode: 'serial' });

const server = new Server();
let context: BrowserContext;
let page: Page;

const TITLE = /^Why /;

async function decide(number: number, body: Record<string, unknown>): Promise<void> {
	const headers = { 'Content-Type': 'application/json' };
	const session = await fetch(`${server.address}/v1/sessions`, {
		method: 'POST', headers, body: JSON.stringify({ user: 'chief', password: PASSWORD, transport: 'token' }),
	});
	const { token } = (await session.json()) as { token: string };
	const answer = await fetch(`${server.address}/v1/appeals/${number}/decisions`, {
		method: 'POST', headers: { ...headers, Authorization: `Bearer ${token}` }, body: JSON.stringify({ password: PASSWORD, ...body }),
	});
	expect(answer.status).toBe(201);
}

async function why(): Promise<void> {
	await page.goto(`${server.address}/#/code`);
	await page.goto(`${server.address}/#/reasons`);
	await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeVisible();
}

test.beforeAll(async ({ browser }) => {
	await server.start();
	server.healthcode('user', 'add', 'chief', '--role', 'supervisor');
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction,guardian_id_number',
		`${MOTHER},钱红,${PHONE},330106,2020-03-01T09:00:00+08:00,${PACK},`,
		`${CHILD},钱小,${PHONE},330106,2020-03-01T09:00:00+08:00,${PACK},${MOTHER}`);
	server.import('cases', 'case,id_number,status,onset,sampled,confirmed_at',
		`HZ-1,${MOTHER},confirmed,2020-03-20T08:00:00+08:00,2020-03-21T08:00:00+08:00,2020-03-22T08:00:00+08:00`,
		`HZ-2,${CHILD},confirmed,2020-03-20T08:00:00+08:00,2020-03-21T08:00:00+08:00,2020-03-22T08:00:00+08:00`);
	context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	const before = server.sent();
	await server.post('/v1/sessions/codes', { phone: PHONE, id_number: MOTHER });
	const code = await server.oneTimeCode(before);
	expect((await context.request.post(`${server.address}/v1/sessions`, { data: { phone: PHONE, id_number: MOTHER, code } })).status()).toBe(201);
	page = await context.newPage();
});

test.afterAll(async () => {
	await context?.close();
	await server.stop();
});

test('she appeals in her own words, once', async () => {
	await why();
	await page.getByText('Appeal against this colour').click();
	const send = page.getByRole('button', { name: 'Send the appeal' });
	await send.click();
	await expect(page.getByText('Please say what is wrong')).toBeVisible();
	await holds(page, TITLE);
	await page.getByLabel('What is wrong?').fill(WORDS);
	await send.click();
	await expect(page.getByText('Waiting for an answer')).toBeVisible();
	await expect(page.getByText(WORDS)).toBeVisible();
	await expect(page.getByText(/^No\. 1, to be answered by /)).toBeVisible();
	await expect(page.getByText('Appeal against this colour')).toHaveCount(0);
	await holds(page, TITLE);
	await page.screenshot({ path: test.info().outputPath('open.png'), fullPage: true });
});

test('she takes it back, and says it again', async () => {
	await page.getByRole('button', { name: 'Take it back' }).click();
	await expect(page.getByText('Taken back')).toBeVisible();
	await page.getByText('Appeal against this colour').click();
	await page.getByLabel('What is wrong?').fill(WORDS);
	await page.getByRole('button', { name: 'Send the appeal' }).click();
	await expect(page.getByText(/^No\. 2, to be answered by /)).toBeVisible();
});

test('the answer is there, with who gave it, in both languages', async () => {
	await decide(2, { decision: 'rejected', answer: { zh: '核酸检测为阳性', en: 'The test was positive' } });
	await page.reload();
	await expect(page.getByText('Rejected')).toBeVisible();
	await expect(page.getByText(/^Answered by chief, /)).toBeVisible();
	await expect(page.getByText('The test was positive')).toBeVisible();
	await expect(page.getByText('核酸检测为阳性')).toBeVisible();
	await holds(page, TITLE);
	await page.getByText('中文').first().click();
	await expect(page.getByText('申诉不成立')).toBeVisible();
	await page.screenshot({ path: test.info().outputPath('answered.png'), fullPage: true });
	await page.getByText('English').first().click();
});

test('for her child it is another one', async () => {
	await page.goto(`${server.address}/#/code`);
	await page.getByLabel('Family').first().selectOption({ index: 1 });
	await why();
	await expect(page.getByText('Rejected')).toHaveCount(0);
	await page.getByText('Appeal against this colour').click();
	await page.getByLabel('What is wrong?').fill('孩子没有病');
	await page.getByRole('button', { name: 'Send the appeal' }).click();
	await expect(page.getByText('孩子没有病')).toBeVisible();
	await expect(page.getByText(/^No\. 3, to be answered by /)).toBeVisible();
});
