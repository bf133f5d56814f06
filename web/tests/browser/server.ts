/* The real server on a demo store of its own, for the tests of one file. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { once } from 'node:events';

export const SOURCE = resolve(process.env.HEALTHCODE_SOURCE ?? join(process.cwd(), '..'));
const PROGRAM = resolve(process.env.HEALTHCODE ?? join(SOURCE, 'build/healthcode'));
export const PASSWORD = 'three plain words';
export const PLACE = '湖州服务区';
export const AIRPORT = '杭州萧山机场';

export class Server {
	readonly folder = mkdtempSync(join(tmpdir(), 'healthcode-pages-'));
	private process: ChildProcess | null = null;
	address = '';

	/* ${audience}: whom Hangzhou's codes say their colour to. */
	constructor(private readonly audience: 'public' | 'gates' = 'public') {}

	/* Run the program on a store of this folder; what it says on standard output. */
	healthcode(...words: string[]): string {
		return this.healthcodeOn('store', ...words);
	}

	healthcodeOn(store: string, ...words: string[]): string {
		return execFileSync(PROGRAM, ['--data', join(this.folder, store), ...words], {
			env: { ...process.env, HEALTHCODE_PASSWORD: PASSWORD }, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8',
		});
	}

	/* Make a store: a demo whose clock starts on 24 March 2020. Hangzhou's airports ask for the ID card here. */
	init(store = 'store'): void {
		const hangzhou = join(this.folder, 'hangzhou-2020');
		cpSync(join(SOURCE, 'packs/hangzhou-2020'), hangzhou, { recursive: true });
		const pack = JSON.parse(readFileSync(join(hangzhou, 'pack.json'), 'utf8')) as {
			gate: { card_places: string[] };
			credential: { audience?: string };
		};
		pack.gate.card_places = ['airport'];
		pack.credential.audience = this.audience;
		writeFileSync(join(hangzhou, 'pack.json'), JSON.stringify(pack));
		const others = ['hubei-2020', 'ningbo-2020', 'national-2020', 'travel-card-2020'].map((name) => join(SOURCE, 'packs', name));
		this.healthcodeOn(store, 'init', '--pack', hangzhou, ...others, '--clock', '2020-03-24T08:00:00+08:00');
	}

	/* Import lines of CSV under their heading. */
	import(kind: string, ...lines: string[]): void {
		const file = join(this.folder, `${kind}.csv`);
		writeFileSync(file, `${lines.join('\n')}\n`);
		this.healthcode('import', kind, file);
	}

	async start(): Promise<void> {
		this.init();
		this.healthcode('user', 'add', 'guard', '--role', 'gate');
		this.healthcode('user', 'add', 'clinic', '--role', 'clinician');
		this.import('places', 'place,kind,name,division,country', `huzhou-rest-stop,venue,${PLACE},330106,CN`,
			`airport,airport,${AIRPORT},330106,CN`);
		await this.serve();
	}

	/* Serve, at the address of before if there was one. */
	async serve(): Promise<void> {
		this.process = spawn(PROGRAM, ['--data', join(this.folder, 'store'), 'serve', '--listen',
			this.address.replace('http://', '') || '127.0.0.1:0', '--web', join(SOURCE, 'web/dist')],
		{ stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '';
		this.address = await new Promise((found, failed) => {
			const hear = (piece: Buffer) => {
				said += piece;
				const address = /serving on (http:\/\/\S+:\d+)/.exec(said)?.[1];
				if (address)
					found(address);
			};
			this.process?.stdout?.on('data', hear);
			this.process?.stderr?.on('data', hear);
			this.process?.on('exit', () => failed(new Error(`the server ended: ${said}`)));
		});
	}

	/* Nobody answers from now on. */
	async halt(): Promise<void> {
		if (this.process && this.process.exitCode === null) {
			this.process.kill('SIGTERM');
			await once(this.process, 'exit');
		}
	}

	async stop(): Promise<void> {
		await this.halt();
		rmSync(this.folder, { recursive: true, force: true });
	}

	private outbox(): string[] {
		const outbox = join(this.folder, 'store/outbox.jsonl');
		return existsSync(outbox) ? readFileSync(outbox, 'utf8').trim().split('\n') : [];
	}

	/* How many messages were sent so far. */
	sent(): number {
		return this.outbox().length;
	}

	/* The one-time code that was sent last, after the first ${before} messages. */
	async oneTimeCode(before = 0): Promise<string> {
		for (let i = 0; i < 100; i++) {
			for (const line of this.outbox().slice(before).reverse()) {
				const code = /"(?:text|code|body|message)":\s*"[^"]*?\b(\d{6})\b/.exec(line)?.[1];
				if (code)
					return code;
			}
			await new Promise((next) => setTimeout(next, 100));
		}
		throw new Error('no one-time code came');
	}

	/* POST as somebody who is not signed in, waiting as long as the service says that it takes no more. */
	async post(path: string, body: unknown): Promise<void> {
		const send = () => fetch(this.address + path, {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
		});
		let answer = await send();
		while (answer.status === 429) {
			await new Promise((next) => setTimeout(next, 1000 * (Number(answer.headers.get('Retry-After')) || 5)));
			answer = await send();
		}
		if (!answer.ok)
			throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
	}

	/* Say as the clinic that this phone speaks for this ID number. */
	async vouch(id_number: string, phone: string): Promise<boolean> {
		const json = { 'Content-Type': 'application/json' };
		const session = await fetch(`${this.address}/v1/sessions`, {
			method: 'POST', headers: json, body: JSON.stringify({ user: 'clinic', password: PASSWORD, transport: 'token' }),
		});
		const { token } = (await session.json()) as { token: string };
		const answer = await fetch(`${this.address}/v1/vouchers`, {
			method: 'POST', headers: { ...json, Authorization: `Bearer ${token}` },
			body: JSON.stringify({ id_number, phone, means: 'id_card' }),
		});
		return ((await answer.json()) as { confirmed: boolean }).confirmed;
	}
}
