/* The place's own code, for visitors to scan: drawn anew before it ends, so that a picture of it is worth nothing later. And who
 * has no phone is noted here. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, newKey, OfflineError, type PlaceCode } from '../api.ts';
import { Camera } from '../camera.tsx';
import { serviceNow_ms } from '../clock.ts';
import { idNumberFault, tidyIdNumber } from '../id_number.ts';
import { sayClock, t } from '../language.ts';
import { Field, Heading, ProblemLine, sayCodeFault, useDoing, useTick } from '../parts.tsx';
import { QrPicture } from '../qr.tsx';
import type { Place } from './check.ts';

const RETRY_MS = 5000;

/* The code of now, or null where none counts; and why the next did not come. */
function usePlaceCode(place: string): { code: PlaceCode | null; error: unknown } {
	const [code, setCode] = useState<PlaceCode | null>(null);
	const [error, setError] = useState<unknown>(null);
	useEffect(() => {
		let here = true;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const renew = async () => {
			let wait_ms = RETRY_MS;
			try {
				const fresh = await api.placeCode(place);
				wait_ms = Math.max(1000, Date.parse(fresh.refresh_at) - serviceNow_ms());
				if (here) {
					setCode(fresh);
					setError(null);
				}
			} catch (problem) {
				if (here)
					setError(problem);
			}
			if (here)
				timer = setTimeout(renew, wait_ms);
		};
		void renew();
		return () => {
			here = false;
			clearTimeout(timer);
		};
	}, [place]);
	return { code: code && serviceNow_ms() < Date.parse(code.expires_at) ? code : null, error };
}

export function PlaceCodeScreen({ place, leave }: { place: Place; leave: () => void }) {
	useTick(500);
	const { code, error } = usePlaceCode(place.place);
	return (
		<section class="sheet place-code">
			<Heading>{place.name}</Heading>
			<p>{t('place_code.text')}</p>
			{code ? (
				<>
					<QrPicture text={code.code} label={t('place_code.picture', { place: code.name })} />
					<p class="pass-clock">{sayClock(serviceNow_ms(), code.issued_at)}</p>
				</>
			) : error instanceof OfflineError ? <p role="alert">{t('place_code.offline')}</p>
				: !error && <p role="status">{t('common.loading')}</p>}
			{!(error instanceof OfflineError) && <ProblemLine error={error} />}
			<Note place={place} />
			<button type="button" onClick={leave}>{t('common.back')}</button>
		</section>
	);
}

/* For who has no phone that scans. */
function Note({ place }: { place: Place }) {
	const [idNumber, setIdNumber] = useState('');
	const [fault, setFault] = useState<string | null>(null);
	const [scanning, setScanning] = useState(false);
	const [noted, setNoted] = useState(false);
	const key = useRef(newKey());
	const { busy, error, run } = useDoing();
	const said = sayCodeFault(error);
	const note = (who: { code: string } | { id_number: string }) => void run(async () => {
		setScanning(false);
		setNoted(false);
		await api.noteArrival({ place: place.place, ...who }, key.current);
		key.current = newKey();
		setNoted(true);
		setIdNumber('');
	});
	return (
		<details>
			<summary>{t('place_code.no_phone')}</summary>
			<div role="status">{noted && <p class="good">{t('place_code.noted_somebody')}</p>}</div>
			{said ? <div class="problem" role="alert"><p>{said}</p></div> : <ProblemLine error={error} />}
			{scanning ? <Camera found={(code) => note({ code })} but={null} stop={() => setScanning(false)} />
				: <button type="button" disabled={busy} onClick={() => setScanning(true)}>{t('place_code.scan_theirs')}</button>}
			<form noValidate onSubmit={(event) => {
				event.preventDefault();
				const found = idNumberFault(idNumber);
				setFault(found && t(found));
				if (!found)
					note({ id_number: tidyIdNumber(idNumber) });
			}}>
				<Field label={t('field.id_number')} hint={t('place_code.typed_hint')} fault={fault}>
					{(attributes) => (
						<input {...attributes} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={40} value={idNumber}
							onInput={(event) => setIdNumber(event.currentTarget.value)} />
					)}
				</Field>
				<button type="submit" disabled={busy}>{t(busy ? 'common.loading' : 'place_code.note')}</button>
			</form>
		</details>
	);
}
