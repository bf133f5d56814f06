/* Checking in at a place by the code that it shows, and leaving. */

import { useState } from 'preact/hooks';
import { api, newKey, ProblemError, type Person, type Visit } from '../api.ts';
import { Camera } from '../camera.tsx';
import { serviceNow_ms } from '../clock.ts';
import { forget, keep, recall } from '../keep.ts';
import { sayTime, t } from '../language.ts';
import { ProblemLine, sayCodeFault, useDoing, useTick } from '../parts.tsx';

const storeKey = (person: string) => `me.visit.${person}`;

export function PlaceCheckin({ person }: { person: Person }) {
	useTick(10000);
	const [visit, setVisit] = useState<Visit | null>(recall<Visit>(storeKey(person.person)) ?? null);
	const [scanning, setScanning] = useState(false);
	const [left, setLeft] = useState<string | null>(null);
	const { busy, error, run } = useDoing();
	const there = visit && serviceNow_ms() < Date.parse(visit.to) ? visit : null;
	const arrive = (code: string) => {
		setScanning(false);
		void run(async () => {
			const fresh = await api.arrive(person.person, code, newKey());
			keep(storeKey(person.person), fresh);
			setVisit(fresh);
			setLeft(null);
		});
	};
	const leave = (from: Visit) => void run(async () => {
		try {
			await api.leave(person.person, from.place, from.from, newKey());
		} catch (problem) {
			if (!(problem instanceof ProblemError && problem.kind === 'not-found'))
				throw problem; /* else it is over already */
		}
		forget(storeKey(person.person));
		setVisit(null);
		setLeft(from.name);
	});
	const said = sayCodeFault(error);
	return (
		<section class="sheet">
			<h2>{t('place_code.title')}</h2>
			<div role="status">
				{there && <p class="good">{t('place_code.there', { place: there.name, time: sayTime(there.from) })}</p>}
				{left && <p class="good">{t('place_code.left', { place: left })}</p>}
			</div>
			{said ? <div class="problem" role="alert"><p>{said}</p></div> : <ProblemLine error={error} />}
			{scanning ? <Camera found={arrive} but={null} stop={() => setScanning(false)} without="place_code.no_camera" />
				: <button type="button" class="wide" disabled={busy} onClick={() => setScanning(true)}>{t('place_code.scan')}</button>}
			{there && !scanning && <button type="button" disabled={busy} onClick={() => leave(there)}>{t('place_code.leave')}</button>}
			<p class="hint">{t('place_code.hint')}</p>
		</section>
	);
}
