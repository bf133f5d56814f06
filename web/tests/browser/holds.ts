/* What every screen is held to. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/* A screen is there when its heading is: on a slow machine the one before may still stand after a click. */
export async function shows(page: Page, heading: string | RegExp): Promise<void> {
	await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
}

/* No fault that axe finds, and nothing that scrolls sideways. */
export async function hasNoFault(page: Page): Promise<void> {
	await page.evaluate(axe);
	const faults = await page.evaluate(async () => {
		const { violations } = await (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> } }).axe.run();
		return violations.map((one) => `${one.id}: ${one.nodes.map((node) => String(node.target)).join('; ')}`);
	});
	expect(faults).toEqual([]);
	expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

/* What every screen is held to once it shows its ${heading}: one such heading, and no fault. */
export async function holds(page: Page, heading: string | RegExp): Promise<void> {
	await shows(page, heading);
	await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
	await hasNoFault(page);
}
