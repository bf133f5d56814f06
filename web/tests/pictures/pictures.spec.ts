/* Every screen as a picture, in the languages, sizes and types that people have, into $PICTURES. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { tamper } from '../browser/film.ts';
import { PASSWORD, type Server } from '../browser/server.ts';
import { FATHER, FENG, NEIGHBOURS, scene, signIn, signInGuard } from './scene.ts';

const FOLDER = process.env.PICTURES ?? 'node_modules/.pictures';
const WAYS = {
	'zh-phone': { locale: 'zh-CN', viewport: { width: 360, height: 640 } },
	'en-phone': { locale: 'en-GB', viewport: { width: 360, height: 640 } },
	'zh-large': { locale: 'zh-CN', viewport: { width: 360, height: 640 }, type: 2 },
	'en-large': { locale: 'en-GB', viewport: { width: 360, height: 640 }, type: 2 },
	'zh-desktop': { locale: 'zh-CN', viewport: { width: 1280, height: 800 } },
};
const wanted = (process.env.WAYS ?? Object.keys(WAYS).join(' ')).split(' ') as (keyof typeof WAYS)[];

let server: Server;
test.beforeAll(async () => {
	server = await scene();
});
test.afterAll(async () => server?.stop());

/* A browser profile of somebody, whose pages are pictured under names. */
async function profile(browser: Browser, way: keyof typeof WAYS): Promise<{ context: BrowserContext; page: Page; take: (name: string) => Promise<void> }> {
	const { locale, viewport, ...more } = WAYS[way] as { locale: string; viewport: { width: number; height: number }; type?: number };
	const context = await browser.newContext({ locale, viewport, permissions: ['camera'] });
	const page = await context.newPage();
	const folder = join(FOLDER, way);
	mkdirSync(folder, { recursive: true });
	const take = async (name: string) => {
		await page.waitForLoadState('networkidle');
		if (more.type)
			await page.evaluate((size) => document.documentElement.style.setProperty('font-size', `${size * 100}%`), more.type * 1.125);
		await page.waitForTimeout(150);
		await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
		const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		if (over > 0)
			console.log(`${way} ${name}: ${over} px scroll sideways`);
	};
	return { context, page, take };
}

for (const way of wanted) {
	test(`residents ${way}`, async ({ browser }) => {
		const { context, page, take } = await profile(browser, way);
		const press = (name: RegExp) => page.getByRole('button', { name }).click();
		await page.goto(server.address);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await take('r01-welcome');
		await press(/^(New here|首次)/);
		await press(/^(Next|下一步)$/);
		await take('r02-apply-who-faults');
		await page.getByLabel(/^(Name|姓名)/).fill('欧阳建国');
		await page.getByLabel(/^(ID card|身份证号)/).fill('11010519491231002X');
		await page.getByLabel(/^(Phone|手机)/).fill('13800000077');
		await press(/^(Next|下一步)$/);
		await page.locator('select').nth(0).selectOption('hangzhou-2020');
		await page.locator('select').nth(1).selectOption('330000');
		await page.locator('select').nth(2).selectOption('330100');
		await page.locator('select').nth(3).selectOption('330106');
		await take('r03-apply-where');
		await press(/^(Next|下一步)$/);
		await page.getByLabel(/^(Cough|咳嗽)$/).check();
		await take('r04-apply-health');
		await page.getByLabel(/^(No|否|没有)$/).check();
		await press(/^(Next|下一步)$/);
		await press(/^(Add a place|添加)/);
		await take('r05-apply-travel');
		await page.locator('.inset select').nth(0).selectOption('420000');
		await page.locator('.inset select').nth(1).selectOption('420100');
		await page.locator('input[type=date]').nth(0).fill('2020-03-01');
		await page.locator('input[type=date]').nth(1).fill('2020-03-09');
		await page.locator('.inset button').last().click();
		await take('r06-apply-travel-one');
		await press(/^(Next|下一步)$/);
		await take('r07-apply-check');
		await page.goto(`${server.address}/#/sign-in`);
		await take('r10-sign-in');
		await page.locator('input').nth(0).fill(NEIGHBOURS.gray.phone);
		await page.locator('input').nth(1).fill(NEIGHBOURS.gray.id_number);
		await page.locator('button[type=submit]').click();
		await page.locator('.digits').waitFor();
		await page.locator('.digits').fill('000000');
		await page.locator('button[type=submit]').click();
		await page.getByText(/did not match|对不上|不正确|不对/).first().waitFor();
		await take('r11-sign-in-code');

		for (const [name, who] of [['green', FENG], ...Object.entries(NEIGHBOURS)] as const) {
			await context.clearCookies();
			await page.evaluate(() => {
				const language = localStorage.getItem('healthcode.language');
				localStorage.clear();
				if (language)
					localStorage.setItem('healthcode.language', language);
			});
			await signIn(server, context, who);
			await page.goto(`${server.address}/#/code`);
			await page.reload();
			if (name === 'awaiting' || name === 'frozen') {
				await page.getByText(/Nobody has|还没有人确认|Another phone|另一部手机/).first().waitFor();
				await take(`r2-${name}`);
				await page.goto(`${server.address}/#/data`);
				await take(`r2-${name}-data`);
				await page.goto(`${server.address}/#/family`);
				await take(`r2-${name}-family`);
				continue;
			}
			await page.locator('[data-colour]').waitFor();
			await take(`r2-${name}`);
			await page.screenshot({ path: join(FOLDER, way, `r2-${name}-shown.png`) });
			await page.goto(`${server.address}/#/reasons`);
			await page.locator('.next').waitFor();
			await take(`r2-${name}-why`);
			if (name === 'red') {
				await page.locator('.complaint summary').click();
				await page.locator('.complaint button[type=submit]').click();
				await take('r2-appeal-faults');
				await page.locator('.complaint textarea').fill('我没有去过那里');
				await page.locator('.complaint button[type=submit]').click();
				await page.locator('.appeals blockquote').waitFor();
				await take('r2-appeal-open');
			}
			if (name !== 'green')
				continue;
			/* Another service says otherwise: for that three services would have to run here. */
			await page.route('**/v1/me/reasons*', async (route) => {
				const answer = await route.fetch();
				const reasons = await answer.json() as Record<string, unknown>;
				await route.fulfill({ response: answer, json: { ...reasons,
					others: [{ jurisdiction: 'hubei-2020', colour: 'red', since: '2020-03-24T07:00:00+08:00', until: '2020-03-25T07:00:00+08:00' }],
					own: { colour: reasons.colour, since: reasons.since, rules: reasons.rules } } });
			});
			await page.reload();
			await page.locator('.others').waitFor();
			await take('r2-others');
			await page.unroute('**/v1/me/reasons*');
			for (const [screen, ready] of [['checkin', 'form'], ['family', '.cards li'], ['travel', '.tag'], ['data', 'h2'], ['add', 'form']] as const) {
				await page.goto(`${server.address}/#/${screen}`);
				await page.locator(ready).first().waitFor();
				await take(`r3-${screen}`);
			}
			await page.goto(`${server.address}/#/family`);
			await page.getByRole('button', { name: /^(Let somebody act|请人代办)/ }).click();
			await take('r3-helper');
			await page.goto(`${server.address}/#/data`);
			await page.locator('.complaint summary').click();
			await page.locator('.complaint button[type=submit]').click();
			await take('r3-complaint-faults');
			await page.goto(`${server.address}/#/journey`);
			for (const [choice, divisions] of [['420000', '420100', '420106'], ['330000', '330100', '330106']].entries())
				for (const [level, division] of divisions.entries())
					await page.locator('fieldset').nth(choice).locator('select').nth(level).selectOption(division);
			await take('r3-journey-ask');
			await page.locator('button[type=submit]').click();
			await page.locator('.journey').waitFor();
			await take('r3-journey');
			await page.goto(`${server.address}/#/code`);
			await page.locator('[data-colour]').waitFor();
			await page.getByRole('button', { name: /^(Enlarge|放大)/ }).click();
			await take('r3-full');
			await page.getByRole('button', { name: /^(Smaller|缩小)/ }).click();
			const digits = page.getByRole('button', { name: /^(ID digits|证件后四位)$/ });
			if (await digits.isVisible()) {
				await digits.click();
				await take('r3-digits-ask');
				await page.getByRole('button', { name: /^(Show them|显示)$/ }).click();
				await take('r3-digits');
			}
			await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
			await context.setOffline(true);
			await page.reload();
			await page.locator('[data-colour]').waitFor();
			await page.waitForTimeout(300);
			await take('r3-offline');
			await page.goto(`${server.address}/#/travel`);
			await take('r3-offline-travel');
			await page.goto(`${server.address}/#/checkin`);
			await page.getByLabel(/^(No|否|没有)$/).check();
			await page.locator('button[type=submit]').click();
			await take('r3-offline-checkin');
			await page.evaluate(() => {
				for (const key of Object.keys(localStorage))
					if (key.includes('me.code'))
						localStorage.removeItem(key);
			});
			await page.goto(`${server.address}/#/code`);
			await page.reload();
			await page.locator('h1').waitFor();
			await page.waitForTimeout(300);
			await take('r3-offline-none');
			await context.setOffline(false);
		}
		await context.close();
	});

	test(`guards ${way}`, async ({ browser }) => {
		const { context, page, take } = await profile(browser, way);
		await page.goto(`${server.address}/gate/`);
		await page.locator('input').first().waitFor();
		await take('g01-sign-in');
		await page.locator('input').nth(0).fill('guard');
		await page.locator('input').nth(1).fill('wrong');
		await page.locator('button[type=submit]').click();
		await page.locator('.problem').waitFor();
		await take('g02-sign-in-failed');
		await page.locator('input').nth(1).fill(PASSWORD);
		await signInGuard(server, context);
		await page.reload();
		await page.locator('.cards li').first().waitFor();
		await take('g03-places');
		await page.locator('input').fill('无此处');
		await page.waitForTimeout(700);
		await take('g04-places-none');
		await page.locator('input').fill('');
		const at = async (place: string) => {
			await page.getByRole('button', { name: place }).click();
			await page.locator('.scan').waitFor();
		};
		const away = () => page.getByRole('button', { name: /^(Change|更换)$/ }).click();
		const show = async (text: string, temperature = '') => {
			await page.locator('.stepper input').fill(temperature);
			await page.locator('.code-text').fill(text);
			await page.locator('.gate > form button[type=submit]').click();
			await page.locator('[data-verdict]').waitFor();
		};
		const next = async () => {
			await page.locator('.verdict-buttons .main').click();
			await page.locator('.scan').waitFor();
		};
		const code = (who: { id_number: string }, pack = 'hangzhou-2020', now?: string) =>
			server.healthcode(...(now ? ['--now', now] : []), 'code', 'issue', who.id_number, '--pack', pack).trim();
		await at('湖州服务区');
		await take('g05-check');
		await page.locator('.scan').click();
		await page.locator('.camera .problem').waitFor(); /* there is none here */
		await take('g06-no-camera');
		await page.getByRole('button', { name: /^(Close|关闭)/ }).click();
		await page.locator('summary').click();
		await page.locator('details input').fill('330106196203141232');
		await page.locator('details button').click();
		await take('g07-typed');
		await page.locator('summary').click();
		await page.getByRole('button', { name: /^(Show this place|展示本场所码)/ }).click();
		await page.locator('.place-code .qr').waitFor();
		await take('g08-place-code');
		await page.getByRole('button', { name: /^(Back|返回)$/ }).click();
		await page.locator('.scan').waitFor();
		await show(code(FENG, 'ningbo-2020'));
		await take('g10-pass');
		await page.locator('.receipt summary').click();
		await take('g10-pass-receipt');
		await page.locator('.receipt summary').click();
		await page.locator('.verdict-buttons button').nth(1).click();
		await take('g11-refuse-why');
		await page.locator('.cards button').last().click();
		await page.locator('[role=status].verdict-refused').waitFor();
		await take('g12-refused');
		await next();
		for (const [name, text, temperature] of [
			['yellow', code(NEIGHBOURS.yellow)], ['red', code(NEIGHBOURS.red)], ['gray', code(NEIGHBOURS.gray, 'hubei-2020')],
			['fever', code(FATHER, 'ningbo-2020'), '37.9'], ['expired', code(FENG, 'ningbo-2020', '2020-03-24T07:00:00+08:00')],
			['malformed', 'https://example.org'], ['fake', tamper(code(FENG, 'ningbo-2020'))],
		] as const) {
			await show(text, temperature);
			await take(`g2-${name}`);
			await next();
		}
		await away();
		await at('杭州萧山机场');
		await show(code(FENG, 'ningbo-2020'));
		await take('g13-pass-card');
		await next();
		const paper = JSON.parse(server.healthcode('--json', 'code', 'issue', FENG.id_number, '--pack', 'ningbo-2020', '--paper', join(server.folder, 'paper.pdf'))) as { code: string };
		await show(paper.code);
		await take('g14-pass-paper');
		await next();
		await away();
		await at('杭州市第一人民医院');
		await show(code(NEIGHBOURS.red));
		await take('g30-care');
		await next();
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
		const [green, red] = [code(FENG, 'hubei-2020'), code(NEIGHBOURS.red)];
		await context.setOffline(true);
		await page.reload();
		await page.locator('.state').getByText(/old|名单/).waitFor();
		await show(red);
		await take('g31-care-offline');
		await next();
		await away();
		await page.locator('.cards li').first().waitFor();
		await take('g34-places-offline');
		await at('湖州服务区');
		await show(green);
		await take('g32-pass-offline');
		await page.locator('.verdict-buttons button').nth(1).click();
		await page.locator('.cards button').last().click();
		await take('g33-refused-offline');
		await next();
		await page.evaluate(() => localStorage.setItem('healthcode.gate.place', JSON.stringify({ place: 'long', name: '杭州市余杭区良渚街道文化村社区卫生服务中心东侧临时登记点', jurisdiction: 'hangzhou-2020', care: false })));
		/* The list as it will be read in two days, and by a clock that was set back. */
		for (const [name, days] of [['old', 10], ['clock', -13]] as const) {
			await page.evaluate((by) => {
				const key = 'healthcode.clock_offset_ms';
				localStorage.setItem(key, String(Number(localStorage.getItem(key) ?? 0) + by * 86400000));
			}, days);
			await page.reload();
			await page.locator('.state').getByText(/old|out|名单|clock|时间/).first().waitFor();
			await page.locator('.code-text').fill(green);
			await page.locator('.gate > form button[type=submit]').click();
			await page.waitForTimeout(400);
			await take(`g35-${name}`);
		}
		await context.close();
	});
}

for (const way of wanted) {
	test(`committee ${way}`, async ({ browser }) => {
		const { context, page, take } = await profile(browser, way);
		await page.goto(`${server.address}/committee/`);
		await page.locator('input[type=password]').waitFor();
		await take('c1-sign-in');
		const [user, password] = [page.locator('input').first(), page.locator('input[type=password]')];
		await user.fill('block-7');
		await password.fill(PASSWORD);
		await page.locator('button[type=submit]').click();
		await page.locator('.inset').first().waitFor();
		await take('c2-household');
		await page.locator('button[type=submit]').click();
		await take('c3-faults');
		await context.close();
	});
}

/* All pictures of a way on one sheet, to look over. */
test('sheets', async ({ browser }) => {
	const { readdirSync, writeFileSync } = await import('node:fs');
	const { resolve } = await import('node:path');
	for (const way of wanted) {
		const folder = resolve(FOLDER, way);
		for (const part of ['r0', 'r1', 'r2', 'r3', 'g0', 'g1', 'g2', 'g3', 'c']) {
			const names = readdirSync(folder).filter((name) => name.startsWith(part) && name.endsWith('.png') && !name.endsWith('-shown.png'));
			const sheet = join(folder, `sheet-${part}.html`);
			writeFileSync(sheet, `<body style="margin:4px;background:#888;font:14px sans-serif"><div style="display:flex;flex-wrap:wrap;gap:6px;align-items:flex-start">${names.map((name) =>
				`<figure style="margin:0"><figcaption>${name}</figcaption><img src="${name}" width="${way.includes('desktop') ? 620 : 330}"></figure>`).join('')}</div>`);
			const page = await browser.newPage({ viewport: { width: way.includes('desktop') ? 1880 : 1680, height: 700 } });
			await page.goto(`file://${sheet}`);
			await page.screenshot({ path: join(folder, `_${part}.png`), fullPage: true });
			await page.close();
		}
	}
});
