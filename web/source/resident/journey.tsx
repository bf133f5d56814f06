/* What awaits me on the way from one place to another: orders, whose codes count, my colours. */

import { useState } from 'preact/hooks';
import { api, type Journey, type Person } from '../api.ts';
import { serviceToday } from '../clock.ts';
import { DivisionChoice } from '../fields.tsx';
import { say, sayDay, sayTime, t, tOf, useLanguage } from '../language.ts';
import { Field, Heading, ProblemLine, useDoing } from '../parts.tsx';
import { ColourShape } from '../shapes.tsx';

interface Asked {
	from: string;
	to: string;
	date: string;
}

export function JourneyScreen({ person, leave }: { person: Person; leave: () => void }) {
	useLanguage();
	const [asked, setAsked] = useState<Asked>({ from: '', to: '', date: serviceToday() });
	const [fault, setFault] = useState(false);
	const [answer, setAnswer] = useState<Journey | null>(null);
	const { busy, error, run } = useDoing();
	const change = (part: Partial<Asked>) => {
		setAsked((before) => ({ ...before, ...part }));
		setAnswer(null);
		setFault(false);
	};
	const ask = () => {
		const incomplete = !asked.from || !asked.to || !asked.date;
		setFault(incomplete);
		if (!incomplete)
			void run(async () => setAnswer(await api.journey(person.person, asked.from, asked.to, asked.date)));
	};
	return (
		<section class="sheet">
			<Heading>{t('journey.title')}</Heading>
			<p>{t('journey.text')}</p>
			<form noValidate onSubmit={(event) => {
				event.preventDefault();
				ask();
			}}>
				<Where legend={t('journey.from')} value={asked.from} change={(from) => change({ from })} />
				<Where legend={t('journey.to')} value={asked.to} change={(to) => change({ to })} />
				<Field label={t('journey.date')}>
					{(attributes) => (
						<input {...attributes} type="date" value={asked.date} onInput={(event) => change({ date: event.currentTarget.value })} />
					)}
				</Field>
				{fault && <p class="fault" role="alert">{t('journey.fault')}</p>}
				<ProblemLine error={error} />
				<button type="submit" class="main" disabled={busy}>{t('journey.ask')}</button>
			</form>
			{answer && <Answer journey={answer} person={person} />}
			<div class="buttons"><button type="button" onClick={leave}>{t('common.back')}</button></div>
		</section>
	);
}

function Where({ legend, value, change }: { legend: string; value: string; change: (division: string) => void }) {
	return (
		<fieldset class="choice">
			<legend>{legend}</legend>
			<div class="inset"><DivisionChoice value={value} change={change} /></div>
		</fieldset>
	);
}

const english = (name: Journey['from']['name']) => ({ zh: name.zh, en: name.en ?? name.zh });

const codeName = (person: Person, jurisdiction: string) => {
	const found = person.jurisdictions.find((one) => one.jurisdiction === jurisdiction);
	return found ? say(found.name) : jurisdiction;
};

function Answer({ journey, person }: { journey: Journey; person: Person }) {
	const shown = { from: say(english(journey.from.name)), to: say(english(journey.to.name)), time: sayDay(journey.at) };
	const quiet = journey.leave.permitted === null && journey.enter.permitted === null;
	return (
		<div role="status" class="journey">
			<h2>{t('journey.answer', shown)}</h2>
			<p class="next">{t(journey.prevented ? 'journey.prevented' : 'journey.free')}</p>
			{quiet && <p>{t('journey.no_orders')}</p>}
			<PermitsOf direction="leave" permits={journey.leave} />
			<PermitsOf direction="enter" permits={journey.enter} />
			{journey.code ? (
				<>
					<p>{t('journey.code', { name: say(journey.code.name) })}</p>
					{journey.colours.length === 0 && <p>{t('journey.no_colour')}</p>}
					<ul class="lines">
						{journey.colours.map((one) => (
							<li key={one.jurisdiction}>
								<span>{codeName(person, one.jurisdiction)}</span>
								<span class={`tag tag-${one.colour}`}><ColourShape colour={one.colour} /> {t(`colour.${one.colour}`)}</span>
								<span>{t(`journey.verdict.${one.verdict}`)}</span>
							</li>
						))}
					</ul>
				</>
			) : <p>{t('journey.no_code')}</p>}
			<p class="hint">{t('journey.note')}</p>
		</div>
	);
}

/* What orders say of one direction: whether, from when, for whom, on which conditions, by which notice. */
function PermitsOf({ direction, permits }: { direction: 'leave' | 'enter'; permits: Journey['leave'] }) {
	if (permits.permitted === null)
		return null;
	return (
		<>
			<p><strong>{t(`journey.${direction}.${permits.permitted ? 'yes' : 'no'}`)}</strong>
				{permits.from && ` ${t('journey.begins', { time: sayTime(permits.from) })}`}</p>
			<ul class="lines lines-tall">
				{permits.orders.map((order) => (
					<li key={order.order}>
						<p>{say(order.text)}</p>
						<p class="hint">{[
							order.from && t('journey.since', { time: sayTime(order.from) }),
							order.for !== 'everyone' && t('journey.for', { who: tOf('journey.who', order.for) }),
							...order.needs.map((need) => tOf('journey.need', need)),
							order.transport && tOf('journey.transport', order.transport),
						].filter(Boolean).join(t('list.comma'))}</p>
						<p class="hint">{t('journey.source', { source: order.source })}</p>
					</li>
				))}
			</ul>
		</>
	);
}
