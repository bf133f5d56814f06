/* Keeps the pages on the device, so that they open without a network. What the service says (/v1) is never kept here: the pages
 * decide that themselves. The list of files and the version are put in by the build. */

declare const FILES: string[];
declare const VERSION: string;
const worker = self as unknown as ServiceWorkerGlobalScope;

const NAME = `healthcode-${VERSION}`;
const PAGES: Record<string, string> = { '/': '/index.html', '/gate': '/gate/index.html', '/gate/': '/gate/index.html', '/committee': '/committee/index.html', '/committee/': '/committee/index.html', '/map': '/map/index.html', '/map/': '/map/index.html' };

worker.addEventListener('install', (event) => {
	event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))));
});

worker.addEventListener('activate', (event) => {
	event.waitUntil((async () => {
		for (const name of await caches.keys())
			if (name.startsWith('healthcode-') && name !== NAME)
				await caches.delete(name);
		await worker.clients.claim();
	})());
});

worker.addEventListener('fetch', (event) => {
	const url = new URL(event.request.url);
	if (event.request.method !== 'GET' || url.origin !== worker.location.origin)
		return;
	const file = PAGES[url.pathname] ?? url.pathname;
	if (!FILES.includes(file))
		return;
	event.respondWith(caches.open(NAME).then(async (cache) => (await cache.match(file)) ?? fetch(event.request)));
});
