import { defineConfig } from '@playwright/test';

/* Debian's Chromium, in the size of a small phone, against the server that $HEALTHCODE names. */
export default defineConfig({
	testDir: 'tests/browser',
	outputDir: 'node_modules/.browser-results',
	timeout: 300_000,
	/* Machines that test are slow and shared: what is awaited gets a quarter of a minute. */
	expect: { timeout: 15_000 },
	workers: 1,
	retries: 0,
	forbidOnly: true,
	reporter: [['list']],
	use: {
		actionTimeout: 30_000,
		viewport: { width: 360, height: 640 },
		locale: 'en-GB',
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: ['--no-sandbox', '--disable-dev-shm-usage', '--use-fake-ui-for-media-stream'],
		},
	},
});
