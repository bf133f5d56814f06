// What a browser has and Node 18 has not.

import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
if (!globalThis.navigator)
	globalThis.navigator = { language: 'en-GB', onLine: true };
const root = { classList: { toggle() {}, remove() {} }, lang: '' };
globalThis.document ??= { documentElement: root };
