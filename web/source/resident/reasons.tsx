/* Why this colour, since when, and when it changes by itself. */

import { useEffect, useState } from 'preact/hooks';
import { api, type Reasons } from '../api.ts';
import { countryName } from '../countries.ts';
import { divisionName } from '../fields.tsx';
import { say, sayDay, sayTime, t, tOf, useLanguage } from '../language.ts';
import { Heading, ProblemLine } from '../parts.tsx';
import { ColourShape } from '../shapes.tsx';
import { Appeals } from './appeal.tsx';

export function ReasonsScreen({ person, jurisdiction, leave }: { person: string; jurisdiction: string; leave: () => void }) {
	useLanguage();
	const [reasons, setReasons] = useState<Reasons | null>(null);
	const [error, setError] = useState<unknown>(null);
	const load = () => {
		setError(null);
		api.reasons(person, jurisdiction).then(setReasons, setError);
	};
	useEffect(load, [person, jurisdiction]);
	return (
		<section class="sheet">
			{!reasons && <Heading>{t('code.why')}</Heading>}
			{!reasons && !error && <p role="status">{t('common.loading')}</p>}
			<ProblemLine error={error} retry={load} />
			{reasons && <Story reasons={reasons} />}
			{reasons && <Appeals person={person} jurisdiction={jurisdiction} reasons={reasons} />}
			<div class="buttons"><button type="button" onClick={leave}>{t('common.back')}</button></div>
		</section>
	);
}

/* What stands for the colour that everyone begins with is no rule. */
const FIRST = 'first';

function Story({ reasons }: { reasons: Reasons }) {
	return (
		<>
			<div class={`tag tag-${reasons.colour}`}><ColourShape colour={reasons.colour} /> {t(`colour.${reasons.colour}`)}</div>
			<Heading>{t('reasons.title', { colour: t(`colour.${reasons.colour}`) })}</Heading>
			<p>{t('reasons.since', { time: sayTime(reasons.since) })}</p>
			{reasons.rules.length === 0 && <p>{t('reasons.first')}</p>}
			<ol class="reasons">
				{reasons.rules.map((rule) => (
					<li key={rule.id}>
						<p class="reason">{say(rule.reason)}</p>
						{rule.evidence.length > 0 && (
							<>
								<p class="hint">{t('reasons.evidence')}</p>
								<ul class="lines">{rule.evidence.map((item, i) => <li key={i}><Evidence item={item} /></li>)}</ul>
							</>
						)}
						{rule.id !== FIRST && <p class="hint">{t('reasons.rule', { id: rule.id })}</p>}
					</li>
				))}
			</ol>
			{reasons.others && reasons.own && <Others others={reasons.others} own={reasons.own} />}
			<p class="next">
				{reasons.next
					? t('reasons.next', { time: sayTime(reasons.next.at), colour: t(`colour.${reasons.next.colour}`) })
					: t('reasons.no_next')}
			</p>
			{reasons.next && reasons.soon.map((rule) => <p key={rule.id}>{t('reasons.soon', { reason: say(rule.reason) })}</p>)}
			<p class="hint">{t('reasons.policy', { policy: reasons.policy.slice(0, 12) })}</p>
		</>
	);
}

/* Two services, two reasons, two offices. */
function Others({ others, own }: { others: NonNullable<Reasons['others']>; own: NonNullable<Reasons['own']> }) {
	return (
		<div class="others">
			<p>{t('reasons.others')}</p>
			<ul class="lines">
				{others.map((other) => (
					<li key={other.jurisdiction}>
						{t('reasons.other', { jurisdiction: other.jurisdiction, colour: t(`colour.${other.colour}`), time: sayTime(other.until) })}
					</li>
				))}
			</ul>
			<p>{t('reasons.own', { colour: t(`colour.${own.colour}`) })}</p>
			<ul class="lines">{own.rules.map((rule) => <li key={rule.id}>{say(rule.reason)}</li>)}</ul>
			<p class="hint">{t('reasons.office')}</p>
		</div>
	);
}

/* An item of evidence in words: its place, its time, what it says. */
function Evidence({ item }: { item: Record<string, unknown> }) {
	const language = useLanguage();
	const [place, setPlace] = useState('');
	const division = typeof item.division === 'string' ? item.division : '';
	useEffect(() => {
		setPlace(division || (typeof item.country === 'string' ? countryName(item.country) : ''));
		if (division)
			divisionName(division).then(setPlace, () => undefined);
	}, [division, language]);
	return <>{[place, ...evidenceWords(item)].filter(Boolean).join(t('list.comma'))}</>;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value ? value : null);

/* What an item of docs/facts.schema.json says, but for its place. */
export function evidenceWords(item: Record<string, unknown>): string[] {
	const words: string[] = [];
	const from = text(item.from) ?? text(item.first);
	const to = text(item.to) ?? text(item.last);
	const at = text(item.at) ?? text(item.known_at);
	if (from && to)
		words.push(sayDay(from) === sayDay(to) ? sayDay(from) : t('evidence.span', { from: sayDay(from), to: sayDay(to) }));
	else if (from)
		words.push(t('evidence.from', { from: sayDay(from) }));
	else if (at)
		words.push(sayTime(at));
	if (text(item.jurisdiction) && text(item.colour))
		words.push(`${item.jurisdiction}`, tOf('colour', item.colour as string));
	for (const member of ['status', 'kind', 'result', 'cause', 'level'])
		if (text(item[member]))
			words.push(tOf(`fact.${member}`, item[member] as string));
	if (typeof item.temperature_tenths_c === 'number')
		words.push(t('evidence.temperature', { value: (item.temperature_tenths_c / 10).toFixed(1) }));
	if (Array.isArray(item.symptoms))
		words.push(item.symptoms.length ? item.symptoms.map((one) => tOf('symptom', String(one))).join(t('list.items')) : t('evidence.well'));
	if (item.contact === true)
		words.push(t('evidence.contact'));
	return words;
}
