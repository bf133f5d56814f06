/* What a guard's camera sees: a film of somebody who holds up the picture of a code, a little askew, out of focus and in bad
 * light, for Chromium to take as its camera. */

import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { inflateSync, deflateSync } from 'node:zlib';
import { encode } from 'uqr';
import { ALPHABET, base45Decode } from '../../source/verify/base45.ts';

const WIDTH = 1280, HEIGHT = 720, SECONDS = 2, FRAMES_PER_S = 10;

/* The flags that make ${film} the camera. The file is read each time the camera is opened, so what it shows may change. */
export const cameraFlags = (film: string): string[] =>
	['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`];

/* Film ${picture} into ${film} (.y4m): held by a hand that shakes, blurred, in noise, far from the frame's middle. */
export function filmPicture(picture: string, film: string): void {
	const seen = [
		'scale=560:560:flags=area',
		'format=yuv420p',
		'pad=760:660:100:50:color=0x506070',
		`rotate='0.14+0.05*sin(2*PI*t)':ow=${WIDTH}:oh=${HEIGHT}:c=0x303840`,
		'gblur=sigma=1.3',
		'eq=contrast=0.7:brightness=-0.08',
		'noise=alls=28:allf=t',
		'format=yuv420p',
	].join(',');
	const made = `${film}.new.y4m`;
	execFileSync('ffmpeg', ['-v', 'error', '-y', '-loop', '1', '-framerate', String(FRAMES_PER_S), '-i', picture, '-vf', seen,
		'-t', String(SECONDS), made]);
	renameSync(made, film);
}

/* Film an empty hall. */
export function filmNothing(film: string): void {
	const made = `${film}.new.y4m`;
	execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i',
		`color=0x506070:size=${WIDTH}x${HEIGHT}:rate=${FRAMES_PER_S}`, '-vf', 'noise=alls=28:allf=t,format=yuv420p', '-t', '1', made]);
	renameSync(made, film);
}

/* A picture (.pgm) of any text as a QR code: what a forger prints. */
export function drawText(text: string, picture: string): void {
	const { data, size } = encode(text, { ecc: 'L', border: 4 });
	const SCALE = 6;
	const side = size * SCALE;
	const pixels = Buffer.alloc(side * side, 255);
	for (let y = 0; y < side; y++)
		for (let x = 0; x < side; x++)
			if (data[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)])
				pixels[y * side + x] = 0;
	writeFileSync(picture, Buffer.concat([Buffer.from(`P5 ${side} ${side} 255\n`), pixels]));
}

function base45Encode(bytes: Uint8Array): string {
	let text = '';
	for (let i = 0; i < bytes.length; i += 2) {
		const pair = i + 1 < bytes.length;
		let value = pair ? (bytes[i] as number) * 256 + (bytes[i + 1] as number) : (bytes[i] as number);
		for (let digits = pair ? 3 : 2; digits > 0; digits--, value = Math.floor(value / 45))
			text += ALPHABET[value % 45];
	}
	return text;
}

/* The code with a bit of its signature turned, all around it in order. */
export function tamper(code: string): string {
	const message = inflateSync(base45Decode(code.slice(4)) as Uint8Array);
	message[message.length - 1] = (message[message.length - 1] as number) ^ 1;
	return `HC1:${base45Encode(deflateSync(message))}`;
}
