/* The service worker, which keeps the pages themselves on the device. */

export function installWorker(): void {
	if ('serviceWorker' in navigator && window.isSecureContext)
		navigator.serviceWorker.register('/service-worker.js').catch(() => undefined);
}
