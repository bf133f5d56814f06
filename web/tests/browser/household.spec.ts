/* A committee's staff apply for a grandmother and her grandson on their page, and print the codes. */

import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { hasNoFault } from './holds.ts';
import { PASSWORD, Server } from './server.ts';

test.describe.configure({ mode: 'serial' });

const server = new Server();
let page: Page;

test.beforeAll(async ({ browser }) => {
	await server.start();
	server.healthcode('user', 'add', 'block-7', '--role', 'committee', '--division', '330100');
	page = await (await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' })).newPage();
});

test.afterAll(async () => {
	await page?.context().close();
	await server.stop();
});

test('the staff sign in', async () => {
	await page.goto(`${server.address}/committee/`);
	await page.getByLabel('User name').fill('block-7');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('heading', { name: 'Apply for a household' })).toBeVisible();
	await hasNoFault(page);
});

test('what is missing is shown beside its field', async () => {
	await page.getByRole('button', { name: 'Apply for them' }).click();
	await expect(page.getByText('Please fill this in').first()).toBeVisible();
	await expect(page.getByText('Please tick this')).toBeVisible();
	await hasNoFault(page);
});

async function choose(province: string, city: string, county: string): Promise<void> {
	await page.getByLabel('Which code').selectOption('hangzhou-2020');
	await page.getByLabel('Province').selectOption(province);
	await page.getByLabel('City').selectOption(city);
	await page.getByLabel('County or district').selectOption(county);
}

async function fill(index: number, name: string, id_number: string, phone = ''): Promise<void> {
	const inset = page.locator('.inset').nth(index);
	await inset.getByLabel('Name').fill(name);
	await inset.getByLabel('ID card or passport number').fill(id_number);
	await inset.getByLabel('Phone number (optional)').fill(phone);
	await inset.getByText('No', { exact: true }).click();
	await inset.getByText('This person says that all of this is true').click();
}

test('people of another city are not theirs to apply for', async () => {
	await choose('330000', '330200', '330203');
	await fill(0, '王芳', '11010519491231002X', '13800000001');
	await page.getByRole('button', { name: 'Apply for them' }).click();
	await expect(page.getByText('not in your committee’s division', { exact: false })).toBeVisible();
});

test('they apply for two at once', async () => {
	await choose('330000', '330100', '330106');
	await page.getByRole('button', { name: 'Add a person' }).click();
	await fill(1, '李小', '420802200205100015');
	await page.getByLabel('Relation to the first person', { exact: false }).selectOption('child');
	await hasNoFault(page);
	await page.getByRole('button', { name: 'Apply for them' }).click();
	await expect(page.getByRole('heading', { name: 'Applied for 2' })).toBeVisible();
	await hasNoFault(page);
	expect(JSON.parse(server.healthcode('--json', 'code', 'issue', '420802200205100015')).colour).toBe('green');
});

test('and print their codes', async () => {
	const waiting = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Print their codes' }).click();
	const pdf = readFileSync(await (await waiting).path(), 'latin1');
	expect(pdf.startsWith('%PDF')).toBe(true);
	expect(pdf.match(/\/Type \/Page\s/g)).toHaveLength(2);
	await page.getByRole('button', { name: 'Next household' }).click();
	await expect(page.getByLabel('Name')).toHaveValue('');
});
