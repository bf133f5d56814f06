/* A mother lets her daughter act for her, each on her own phone; the daughter shows her code and nothing else; the mother sees that, and
 * ends it. */

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { hasNoFault } from './holds.ts';
import { Server } from './server.ts';

const MOTHER = { id_number: '11010519491231002X', phone: '13800000001' };
const DAUGHTER = { id_number: '330106198808080020', phone: '13800000002' };
const PACK = 'hangzhou-2020';

test.describe.configure({ mode: 'serial' });

const server = new Server();
const contexts: BrowserContext[] = [];
let mother: Page;
let daughter: Page;

async function signIn(browser: Browser, who: { id_number: string; phone: string }): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	contexts.push(context);
	const before = server.sent();
	await server.post('/v1/sessions/codes', who);
	const answer = await context.request.post(`${server.address}/v1/sessions`, { data: { ...who, code: await server.oneTimeCode(before) } });
	expect(answer.status()).toBe(201);
	return context.newPage();
}

test.beforeAll(async ({ browser }) => {
	await server.start();
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${MOTHER.id_number},王芳,${MOTHER.phone},330106,2020-03-01T09:00:00+08:00,${PACK}`,
		`${DAUGHTER.id_number},李梅,${DAUGHTER.phone},330106,2020-03-01T09:00:00+08:00,${PACK}`);
	mother = await signIn(browser, MOTHER);
	daughter = await signIn(browser, DAUGHTER);
});

test.afterAll(async () => {
	for (const context of contexts)
		await context.close();
	await server.stop();
});

test('a mother asks her daughter to act for her', async () => {
	await mother.goto(`${server.address}/#/family`);
	await mother.getByRole('button', { name: 'Let somebody act for me' }).click();
	await hasNoFault(mother);
	await mother.getByRole('button', { name: 'Ask them' }).click();
	await expect(mother.getByText('Please fill this in')).toBeVisible();
	await mother.getByLabel('The helper’s ID card or passport number').fill(DAUGHTER.id_number);
	await mother.getByRole('button', { name: 'Ask them' }).click();
	await expect(mother.getByText('The helper was told', { exact: false })).toBeVisible();
	await expect(mother.getByText('not accepted yet', { exact: false })).toBeVisible();
	await expect(mother.getByText('李', { exact: false })).toHaveCount(0);
	await hasNoFault(mother);
});

test('the daughter accepts, and shows her mother\'s code', async () => {
	await daughter.goto(`${server.address}/#/family`);
	await expect(daughter.getByText('王*')).toBeVisible();
	await hasNoFault(daughter);
	await daughter.getByRole('button', { name: 'Accept' }).click();
	await expect(daughter.getByText('You act for them')).toBeVisible();
	await daughter.getByRole('button', { name: 'Show 王*\'s code' }).click();
	await expect(daughter.getByRole('img', { name: /QR code/ })).toBeVisible();
	await expect(daughter.getByRole('button', { name: 'Why?' })).toHaveCount(0);
	await hasNoFault(daughter);
});

test('of what was not given she sees nothing', async () => {
	await daughter.goto(`${server.address}/#/travel`);
	await expect(daughter.getByText('This person has not let you do this')).toBeVisible();
	await daughter.goto(`${server.address}/#/data`);
	await expect(daughter.getByText('What you do here stands in the log', { exact: false })).toBeVisible();
	await expect(daughter.getByText('Who opened my data')).toHaveCount(0);
	await hasNoFault(daughter);
});

test('the mother reads who showed it, and ends it', async () => {
	await mother.goto(`${server.address}/#/data`);
	await expect(mother.getByText('李* (helper), for: showing your code')).toBeVisible();
	await mother.goto(`${server.address}/#/family`);
	await mother.getByRole('button', { name: 'End', exact: true }).click();
	await expect(mother.getByRole('button', { name: 'End', exact: true })).toHaveCount(0);
	await daughter.goto(`${server.address}/#/family`);
	await daughter.reload();
	await expect(daughter.getByText('You act for them')).toHaveCount(0);
});
