/* Who acts for me, and for whom I act: given, accepted, ended. */

import { useEffect, useState } from 'preact/hooks';
import { api, type Mandate, type MandateAct, newKey, type Person } from '../api.ts';
import { serviceNow_ms } from '../clock.ts';
import { idNumberFault, tidyIdNumber } from '../id_number.ts';
import { sayDay, t, tOf, useLanguage } from '../language.ts';
import { Field, Heading, ProblemLine, useDoing } from '../parts.tsx';

const ACTS: readonly MandateAct[] = ['code', 'checkin', 'application', 'complaint', 'travel_card'];
const DAYS = 90;
const DAYS_MAX = 365;

/* What a page kept from before there were mandates names no acts. */
export const may = (person: Person, act: MandateAct): boolean => (person.acts ?? ACTS).includes(act);

export function OutsideMandate() {
	useLanguage();
	return <section class="sheet"><Heading>{t('mandate.outside_title')}</Heading><p>{t('problem.outside-mandate')}</p></section>;
}

const dayAhead = (days: number): string => new Date(serviceNow_ms() + days * 86_400_000).toISOString().slice(0, 10);
const sayActs = (acts: readonly MandateAct[]): string => acts.map((one) => tOf('mandate.act', one)).join(t('list.items'));

export function Mandates({ changed }: { changed: () => void }) {
	useLanguage();
	const [items, setItems] = useState<Mandate[] | null>(null);
	const [giving, setGiving] = useState(false);
	const [offered, setOffered] = useState(false);
	const { busy, error, run } = useDoing();
	const load = async () => setItems((await api.mandates()).items);
	useEffect(() => void run(load), []);
	const change = (work: () => Promise<unknown>) => void run(async () => {
		await work();
		await load();
		changed();
	});
	const live = (items ?? []).filter((one) => one.state !== 'ended');
	const given = live.filter((one) => one.direction === 'given');
	const held = live.filter((one) => one.direction === 'held');
	const line = (one: Mandate) => (
		<li key={one.mandate}>
			<p><strong>{one.name || one.id_number}</strong> · {t(`mandate.state.${one.state === 'holds' ? 'holds' : 'offered'}`)}</p>
			<p class="hint">{t('mandate.line', { acts: sayActs(one.acts), until: sayDay(new Date(Date.parse(one.until) - 1000).toISOString()) })}</p>
			<div class="buttons">
				{one.direction === 'held' && one.state === 'offered' && (
					<button type="button" class="main" disabled={busy} onClick={() => change(() => api.acceptMandate(one.mandate, newKey()))}>{t('mandate.accept')}</button>
				)}
				<button type="button" disabled={busy} onClick={() => change(() => api.endMandate(one.mandate))}>
					{t(one.direction === 'held' && one.state === 'offered' ? 'mandate.decline' : 'mandate.end')}
				</button>
			</div>
		</li>
	);
	return (
		<section class="sheet">
			<h2>{t('mandate.title')}</h2>
			<ProblemLine error={error} />
			{held.length > 0 && <><h3>{t('mandate.held')}</h3><ul class="cards">{held.map(line)}</ul></>}
			{given.length > 0 && <><h3>{t('mandate.given')}</h3><ul class="cards">{given.map(line)}</ul></>}
			<div role="status">{offered && <p class="good">{t('mandate.offered')}</p>}</div>
			{giving ? (
				<Give leave={() => setGiving(false)} done={() => {
					setGiving(false);
					setOffered(true);
					change(async () => undefined);
				}} />
			) : <button type="button" onClick={() => {
				setOffered(false);
				setGiving(true);
			}}>{t('mandate.give')}</button>}
			<p class="hint">{t('mandate.hint')}</p>
		</section>
	);
}

function Give({ leave, done }: { leave: () => void; done: () => void }) {
	const [helper, setHelper] = useState('');
	const [acts, setActs] = useState<MandateAct[]>(['code']);
	const [until, setUntil] = useState(dayAhead(DAYS));
	const [faults, setFaults] = useState<{ helper?: string; acts?: string; until?: string }>({});
	const [key, setKey] = useState(newKey);
	const { busy, error, run } = useDoing();
	const send = () => {
		const wrong = helper.trim() ? idNumberFault(helper) : null;
		const found = {
			...(!helper.trim() ? { helper: t('fault.needed') } : wrong ? { helper: t(wrong) } : {}),
			...(acts.length ? {} : { acts: t('fault.needed') }),
			...(until ? {} : { until: t('fault.needed') }),
		};
		setFaults(found);
		if (Object.keys(found).length === 0)
			void run(async () => {
				await api.giveMandate({ person: 'self', helper_id_number: tidyIdNumber(helper), acts, until }, key);
				done();
			});
	};
	const turn = (act: MandateAct) => {
		setKey(newKey());
		setActs(ACTS.filter((one) => (one === act) !== acts.includes(one)));
	};
	return (
		<form class="inset" noValidate onSubmit={(event) => {
			event.preventDefault();
			send();
		}}>
			<ProblemLine error={error} />
			<Field label={t('mandate.helper')} hint={t('field.id_hint')} fault={faults.helper}>
				{(attributes) => (
					<input {...attributes} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={40} value={helper}
						onInput={(event) => {
							setKey(newKey());
							setHelper(event.currentTarget.value);
						}} />
				)}
			</Field>
			<fieldset class="choice" aria-invalid={Boolean(faults.acts)}>
				<legend>{t('mandate.acts')}</legend>
				<div class="choice-grid">
					{ACTS.map((act) => (
						<label key={act} class="option">
							<input type="checkbox" checked={acts.includes(act)} onChange={() => turn(act)} />
							<span>{tOf('mandate.act', act)}</span>
						</label>
					))}
				</div>
				{faults.acts && <p class="fault">{faults.acts}</p>}
			</fieldset>
			<Field label={t('mandate.until')} fault={faults.until}>
				{(attributes) => (
					<input {...attributes} type="date" min={dayAhead(0)} max={dayAhead(DAYS_MAX)} value={until}
						onInput={(event) => {
							setKey(newKey());
							setUntil(event.currentTarget.value);
						}} />
				)}
			</Field>
			<div class="buttons">
				<button type="button" onClick={leave}>{t('common.cancel')}</button>
				<button type="submit" class="main" disabled={busy}>{t('mandate.send')}</button>
			</div>
		</form>
	);
}
