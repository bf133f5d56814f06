/* The camera, and the reading of QR codes from its pictures. The reader's WebAssembly comes from this service, never from
 * anywhere else. */

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm';

prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

const PAUSE_MS = 80;
const WIDTH_MAX = 960;

/* Show the camera in ${video} and call ${found} with the text of the first QR code that is not ${but}, the one of before, which its
 * holder may not have put away yet. Returns what stops it. Rejects where there is no camera or it is not allowed. */
export async function scan(video: HTMLVideoElement, found: (text: string) => void, but: string | null): Promise<() => void> {
	const stream = await navigator.mediaDevices.getUserMedia({
		video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
		audio: false,
	});
	let running = true;
	const stop = () => {
		running = false;
		for (const track of stream.getTracks())
			track.stop();
		video.srcObject = null;
	};
	try {
		video.srcObject = stream;
		await video.play();
	} catch (problem) {
		stop();
		throw problem;
	}
	void read(video, () => running, but).then((text) => {
		if (text !== null && running) {
			stop();
			found(text);
		}
	});
	return stop;
}

async function read(video: HTMLVideoElement, running: () => boolean, but: string | null): Promise<string | null> {
	const canvas = document.createElement('canvas');
	const context = canvas.getContext('2d', { willReadFrequently: true });
	while (context && running()) {
		if (video.videoWidth > 0) {
			const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
			canvas.width = Math.round(video.videoWidth * scale);
			canvas.height = Math.round(video.videoHeight * scale);
			context.drawImage(video, 0, 0, canvas.width, canvas.height);
			const picture = context.getImageData(0, 0, canvas.width, canvas.height);
			const codes = await readBarcodes(picture, { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 });
			const text = codes.find((code) => code.isValid && code.text)?.text;
			if (text && text !== but)
				return text;
		}
		await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
	}
	return null;
}
