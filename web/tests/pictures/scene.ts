/* People in every state, for the pictures: a family with green codes, and a neighbour for each other colour and state. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import { PASSWORD, Server, SOURCE } from '../browser/server.ts';

export const FENG = { id_number: '42080219880612002X', phone: '13800000001' };
export const FATHER = { id_number: '420802195811030017' };
export const NEIGHBOURS = {
	yellow: { id_number: '330106199001010042', phone: '13800000002' },
	red: { id_number: '330106196203141231', phone: '13800000003' },
	gray: { id_number: '33010619870505003X', phone: '13800000004' },
	awaiting: { id_number: '33010619410303005X', phone: '13800000005' },
	frozen: { id_number: '11010519491231002X', phone: '13800000006' },
};

const PACK = 'hangzhou-2020';
const tour = (name: string) => join(SOURCE, 'docs/tour', `${name}.csv`);

export async function scene(): Promise<Server> {
	const server = new Server();
	server.init();
	server.healthcode('user', 'add', 'guard', '--role', 'gate');
	server.healthcode('user', 'add', 'clinic', '--role', 'clinician');
	server.healthcode('user', 'add', 'block-7', '--role', 'committee', '--division', '330106');
	for (const kind of ['residents', 'checkins'])
		server.healthcode('import', kind, tour(kind));
	server.import('places', 'place,kind,name,division,country',
		'huzhou-rest-stop,venue,湖州服务区,330502,CN', 'airport,airport,杭州萧山机场,330109,CN', 'east-station,venue,杭州东站,330105,CN', 'hospital,hospital,杭州市第一人民医院,330106,CN',
		'long,venue,杭州市余杭区良渚街道文化村社区卫生服务中心东侧临时登记点,330110,CN', 'pharmacy,pharmacy,文三路大药房,330106,CN');
	/* Home of the family: the real counts of its city. */
	const areas = readFileSync(join(SOURCE, 'share/areas/china-2020.csv'), 'utf8').split('\n');
	server.import('areas', ...areas.filter((line, i) => i === 0 || /,420800,/.test(line)));
	const { yellow, red, gray, frozen } = NEIGHBOURS;
	server.import('residents', 'id_number,name,phone,division,applied_at,jurisdiction',
		`${yellow.id_number},孙静,${yellow.phone},330106,2020-02-20T09:00:00+08:00,${PACK}`,
		`${red.id_number},钱大明,${red.phone},330106,2020-02-20T09:00:00+08:00,${PACK}`,
		`${gray.id_number},周一帆,${gray.phone},330106,2020-03-20T09:00:00+08:00,hubei-2020`,
		`${frozen.id_number},吴芳,${frozen.phone},330106,2020-02-20T09:00:00+08:00,${PACK}`);
	const days = ['20', '21', '22', '23'];
	server.import('checkins', 'id_number,at,temperature_c,symptoms,contact',
		...days.map((day) => `${yellow.id_number},2020-03-${day}T20:00:00+08:00,${day === '22' ? '38.1,fever;cough' : '36.6,'},no`));
	server.import('cases', 'case,id_number,status,onset,sampled,confirmed_at',
		`HZ-1,${red.id_number},confirmed,2020-03-20T08:00:00+08:00,2020-03-21T08:00:00+08:00,2020-03-22T08:00:00+08:00`);
	server.import('visits', 'id_number,country,division,from,to',
		`${FENG.id_number},CN,420800,2020-02-01T00:00:00+08:00,2020-03-22T09:00:00+08:00`,
		`${FENG.id_number},CN,330200,2020-03-22T18:00:00+08:00,2020-03-24T08:00:00+08:00`);
	server.healthcode('import', 'orders', join(SOURCE, 'packs/hubei-2020/orders/2020-03-24.csv'));
	server.healthcode('evaluate');
	await server.serve();

	await server.post('/v1/applications', {
		...NEIGHBOURS.awaiting, name: '林阿婆', jurisdiction: PACK, division: '330106', symptoms: [], contact: false, travel: [], promise: true,
	});
	/* A phone that was confirmed, and another one after it. */
	await server.post('/v1/applications', {
		...frozen, phone: '13800000009', name: '吴芳', jurisdiction: PACK, division: '330106', symptoms: [], contact: false, travel: [], promise: true,
	});
	await server.vouch(frozen.id_number, '13800000009');
	return server;
}

/* Sign in as a resident: the context's pages are theirs from then on. */
export async function signIn(server: Server, context: BrowserContext, who: { id_number: string; phone: string }): Promise<void> {
	const before = server.sent();
	await server.post('/v1/sessions/codes', who);
	const code = await server.oneTimeCode(before);
	const answer = await context.request.post(`${server.address}/v1/sessions`, { data: { ...who, code } });
	if (!answer.ok())
		throw new Error(`no session: ${answer.status()} ${await answer.text()}`);
}

export async function signInGuard(server: Server, context: BrowserContext): Promise<void> {
	const answer = await context.request.post(`${server.address}/v1/sessions`, { data: { user: 'guard', password: PASSWORD } });
	if (!answer.ok())
		throw new Error(`no session: ${answer.status()} ${await answer.text()}`);
}
