/* The camera on the page, until it has read a QR code. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { t, type TextKey } from './language.ts';

/* ${found}: the text of the first code that is not ${but}. ${without}: what is said where there is no camera. */
export function Camera({ found, but, stop, without = 'gate.no_camera' }: {
	found: (text: string) => void;
	but: string | null;
	stop: () => void;
	without?: TextKey;
}) {
	const video = useRef<HTMLVideoElement>(null);
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		let halt: (() => void) | null = null;
		let here = true;
		(async () => {
			const { scan } = await import('./scan.ts');
			if (!here || !video.current)
				return;
			const started = await scan(video.current, found, but);
			if (here)
				halt = started;
			else
				started();
		})().catch(() => here && setFailed(true));
		return () => {
			here = false;
			halt?.();
		};
	}, []);
	return (
		<div class="camera">
			{failed ? <p class="problem" role="alert">{t(without)}</p> : (
				<>
					<div class="camera-frame"><video ref={video} muted playsInline /></div>
					<p role="status">{t('gate.scanning')}</p>
				</>
			)}
			<button type="button" onClick={stop}>{t('gate.stop')}</button>
		</div>
	);
}
