/* Where cases were, for people who may have been there: places by time, nobody's way. */

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, type CaseMap } from '../api.ts';
import { say, sayTime, t, tOf, useLanguage } from '../language.ts';
import { Field, Frame, Heading, ProblemLine, useService } from '../parts.tsx';
import { Picture } from './picture.tsx';

type Place = CaseMap['places'][number];

const area = (place: Place): string => (place.area ? say(place.area) : '');
const holdsText = (place: Place, text: string) =>
	!text || `${place.name} ${area(place)}`.toLowerCase().includes(text.trim().toLowerCase());

function Page() {
	useLanguage();
	const service = useService();
	const [map, setMap] = useState<CaseMap | null>(null);
	const [error, setError] = useState<unknown>(null);
	const load = () => {
		setError(null);
		api.caseMap().then(setMap, setError);
	};
	useEffect(load, []);
	return (
		<Frame title={t('map.name')} service={service}>
			<section class="sheet">
				<Heading take={false}>{t('map.title')}</Heading>
				{!map && !error && <p role="status">{t('common.loading')}</p>}
				<ProblemLine error={error} retry={load} />
				{map && <Places map={map} />}
			</section>
		</Frame>
	);
}

function Places({ map }: { map: CaseMap }) {
	const [text, setText] = useState('');
	const shown = map.places.filter((place) => holdsText(place, text));
	return (
		<>
			<p>{t('map.text', { days: map.days })}</p>
			<p class="next">{t('map.advice')}</p>
			{map.places.length === 0 ? <p>{t('map.none')}</p> : (
				<>
					<Field label={t('map.search')}>
						{(attributes) => (
							<input {...attributes} type="search" autocomplete="off" value={text} onInput={(event) => setText(event.currentTarget.value)} />
						)}
					</Field>
					<p role="status" class="hint">{t('map.count', { n: shown.length, time: sayTime(map.now) })}</p>
					<Picture places={shown} />
					<ul class="lines lines-tall">
						{shown.map((place, i) => (
							<li key={i}>
								<p><strong>{place.name || tOf('map.kind', place.kind)}</strong>{area(place) && ` · ${area(place)}`}</p>
								<p>{t('map.span', { from: sayTime(place.from), to: sayTime(place.to) })}</p>
								<p class="hint">{[tOf('map.kind', place.kind), place.cases > 1 && t('map.cases', { n: place.cases })].filter(Boolean).join(t('list.comma'))}</p>
							</li>
						))}
					</ul>
				</>
			)}
			<p class="hint">{t('map.privacy')}</p>
			<p><a href="/">{t('map.home')}</a></p>
		</>
	);
}

render(<Page />, document.getElementById('page') as HTMLElement);
