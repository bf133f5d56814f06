import { defineConfig } from '@playwright/test';

/* Pictures of every screen, for people to look at: script/pictures. */
export default defineConfig({
	testDir: 'tests/pictures',
	outputDir: 'node_modules/.browser-results',
	timeout: 900_000,
	expect: { timeout: 20_000 },
	workers: 1,
	reporter: [['line']],
	use: {
		actionTimeout: 30_000,
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: ['--no-sandbox', '--disable-dev-shm-usage', '--use-fake-ui-for-media-stream', '--hide-scrollbars'],
		},
	},
});
