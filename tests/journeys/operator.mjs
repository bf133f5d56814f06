// An operator's gateway for text messages, for the journey: listens at a free port of this machine, writes what it took
// to a file, a JSON line each, and answers as the file of answers says (one status a request; 204 when none is left).
import { createHmac } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [secret, taken, answers, port] = process.argv.slice(2);
const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

function nextAnswer() {
	const left = existsSync(answers) ? readFileSync(answers, 'utf8').split('\n').filter(Boolean) : [];
	writeFileSync(answers, left.slice(1).join('\n'));
	return Number(left[0] ?? 204);
}

const server = createServer(async (request, response) => {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	const body = Buffer.concat(chunks).toString();
	const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
	const wanted = `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
	const fresh = Math.abs(Date.now() / 1000 - Number(at)) < 60;
	const status = signature === wanted && fresh ? nextAnswer() : 401;
	appendFileSync(taken, `${JSON.stringify({ id, status, ...JSON.parse(body) })}\n`);
	response.writeHead(status, status === 429 ? { 'Retry-After': '1' } : {}).end();
});
server.listen(0, '127.0.0.1', () => writeFileSync(port, String(server.address().port)));
