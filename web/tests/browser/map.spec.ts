/* The public's map: places where cases were, and nobody. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@playwright/test';
import { Server } from './server.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ILL = '330106196203141231';
const server = new Server();

test.beforeAll(async () => {
	server.init();
	server.import('places', 'place,kind,name,division,country,latitude,longitude', 'm,shop,文三路超市,330106,CN,30.27,120.13',
		'v,venue,东站候车厅,330105,CN,30.29,120.21', 'h,household,文三路1号,330106,CN,30.27,120.14');
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${ILL},钱大明,13800000003,330106,2020-02-20T09:00:00+08:00,hangzhou-2020`);
	server.import('stays', 'id_number,place,from,to', `${ILL},m,2020-03-20T10:20:00+08:00,2020-03-20T11:40:00+08:00`,
		`${ILL},v,2020-03-21T18:00:00+08:00,2020-03-21T19:00:00+08:00`, `${ILL},h,2020-03-20T20:00:00+08:00,2020-03-21T07:00:00+08:00`);
	server.import('cases', 'case,id_number,status,onset,sampled,confirmed_at',
		`HZ-1,${ILL},confirmed,2020-03-20T08:00:00+08:00,2020-03-21T08:00:00+08:00,2020-03-22T08:00:00+08:00`);
	await server.serve();
});

test.afterAll(async () => server.stop());

test('who may have been there finds the place and the hours, and nothing of anybody', async ({ browser }) => {
	const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'en-GB' });
	const page = await context.newPage();
	const faults: string[] = [];
	page.on('pageerror', (error) => faults.push(error.message));
	await page.goto(`${server.address}/map/`);
	await expect(page.getByRole('heading', { level: 1, name: 'Where cases were' })).toBeVisible();
	await expect(page.getByText('文三路超市')).toBeVisible();
	await expect(page.getByText('20 March at 10:00 to 20 March at 12:00')).toBeVisible();
	await expect(page.locator('.map circle')).toHaveCount(2);
	await expect(page.locator('ul.lines > li')).toHaveCount(2);
	const text = await page.locator('#page').innerHTML();
	for (const secret of ['文三路1号', '钱', ILL, 'HZ-1'])
		expect(text).not.toContain(secret);
	await page.getByLabel('Place or district').fill('东站');
	await expect(page.locator('ul.lines > li')).toHaveCount(1);
	await expect(page.getByText(/^Entries: 1, as of /)).toBeVisible();
	await page.evaluate(axe);
	const found = await page.evaluate(async () => (await (window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run()).violations.map((one) => one.id));
	expect(found).toEqual([]);
	expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
	if (process.env.PICTURES)
		await page.screenshot({ path: `${process.env.PICTURES}/map.png`, fullPage: true });
	expect(faults).toEqual([]);
	await context.close();
});
