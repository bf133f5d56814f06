/* Family, travel card, my data. */

import { useEffect, useState } from 'preact/hooks';
import { type AccessList, api, type Me, newKey, type Person, ProblemError, type TravelCard } from '../api.ts';
import { Camera } from '../camera.tsx';
import { serviceZone } from '../clock.ts';
import { say, sayClock, sayDay, sayDayOf, sayTime, t, tOf, type TextKey, useLanguage } from '../language.ts';
import { Field, Heading, ProblemLine, useDoing } from '../parts.tsx';
import { ColourShape } from '../shapes.tsx';
import { may, Mandates } from './mandates.tsx';
import { isReceiptNumber, readReceipt, type Receipt, tidyReceipt } from '../verify/receipt.ts';

export function FamilyScreen({ me, show, add, changed }: { me: Me; show: (person: string) => void; add: () => void; changed: () => void }) {
	useLanguage();
	const family = me.people.filter((one) => one.relation !== 'self');
	/* Who is not confirmed cannot act for others yet. */
	const voucher = me.people.find((one) => one.relation === 'self')?.voucher ?? 'awaiting';
	const speaks = voucher === 'confirmed';
	return (
		<>
		<section class="sheet">
			<Heading>{t('family.title')}</Heading>
			{family.length === 0 && speaks && <p>{t('family.alone')}</p>}
			<ul class="cards">
				{family.map((one) => (
					<li key={one.person}>
						<p><strong>{one.name}</strong> · {tOf('relation', one.relation)}</p>
						<p class="hint">{[one.id_number, t(`voucher.${one.voucher}`)].filter(Boolean).join(' · ')}</p>
						{may(one, 'code') && <button type="button" onClick={() => show(one.person)}>{t('family.show', { name: one.name })}</button>}
					</li>
				))}
			</ul>
			{voucher !== 'confirmed' ? <p>{t(`state.${voucher}.text`)}</p> : me.dependants_left > 0 ? (
				<>
					<button type="button" class="main" onClick={add}>{t('family.add')}</button>
					<p class="hint">{t('family.left', { n: me.dependants_left })}</p>
				</>
			) : <p class="hint">{t('family.full')}</p>}
		</section>
		{speaks && <Mandates changed={changed} />}
		</>
	);
}

export function TravelScreen({ person, openJourney }: { person: Person; openJourney: () => void }) {
	useLanguage();
	const [card, setCard] = useState<TravelCard | null>(null);
	const [error, setError] = useState<unknown>(null);
	const load = () => {
		setCard(null);
		setError(null);
		api.travelCard(person.person).then(setCard, setError);
	};
	const confirmed = person.voucher === 'confirmed';
	useEffect(() => {
		if (confirmed)
			load();
	}, [person.person, confirmed]);
	if (person.voucher !== 'confirmed')
		return <section class="sheet"><Heading>{t('travel_card.title')}</Heading><p>{t(`state.${person.voucher}.text`)}</p></section>;
	const missing = error instanceof ProblemError && error.kind === 'not-found';
	return (
		<section class="sheet">
			<Heading>{t('travel_card.title')}</Heading>
			{!card && !error && <p role="status">{t('common.loading')}</p>}
			{missing ? <p>{t('travel_card.missing')}</p> : <ProblemLine error={error} retry={load} />}
			{card && (
				<>
					<div class={`tag tag-${card.colour}`}><ColourShape colour={card.colour} /> {t(`colour.${card.colour}`)} · {person.name}</div>
					<p>{card.places.length
						? t('travel_card.span', { from: sayDay(card.from), to: sayDay(card.to) })
						: t('travel_card.none')}</p>
					<ul class="lines">
						{card.places.map((place, i) => (
							<li key={i}><span>{say(place.name)}</span> <span class="amount">{t('travel_card.hours', { n: place.hours })}</span></li>
						))}
					</ul>
					<p class="hint">{t('travel_card.note')}</p>
				</>
			)}
			<hr />
			<button type="button" onClick={openJourney}>{t('journey.open')}</button>
		</section>
	);
}

const COMPLAINT_BYTES_MAX = 2000;

function sayMoment(ms: number): string {
	const zone = `2000-01-01T00:00:00${serviceZone()}`;
	return `${sayDayOf(ms, zone)} ${sayClock(ms, zone)}`;
}

function Complaint({ person }: { person: Person }) {
	const [receipt, setReceipt] = useState('');
	const [text, setText] = useState('');
	const [faults, setFaults] = useState<{ receipt: string | null; text: string | null }>({ receipt: null, text: null });
	const [taken, setTaken] = useState<string | null>(null);
	const [key, setKey] = useState(newKey);
	const [scanning, setScanning] = useState(false);
	const [scanned, setScanned] = useState<Receipt | 'none' | null>(null);
	const { busy, error, run } = useDoing();
	const take = (text: string) => {
		setScanning(false);
		void readReceipt(text).then((found) => {
			setScanned(found ?? 'none');
			if (found) {
				setReceipt(found.number);
				setKey(newKey());
			}
		});
	};
	const send = () => {
		const number = tidyReceipt(receipt);
		const length = new TextEncoder().encode(text.trim()).length;
		const found = {
			receipt: isReceiptNumber(number) ? null : t('data.receipt_fault'),
			text: length > 0 && length <= COMPLAINT_BYTES_MAX ? null : t('data.complaint_fault'),
		};
		setFaults(found);
		setTaken(null);
		if (!found.receipt && !found.text)
			void run(async () => {
				setTaken((await api.complain(person.person, number, text.trim(), key)).at);
				setReceipt('');
				setScanned(null);
				setText('');
				setKey(newKey());
			});
	};
	return (
		<details class="complaint">
			<summary>{t('data.complain')}</summary>
			<form noValidate onSubmit={(event) => {
				event.preventDefault();
				send();
			}}>
				<p class="hint">{t('data.complain_hint')}</p>
				<ProblemLine error={error} />
				{taken && <p role="status">{t('data.complaint_taken', { time: sayTime(taken) })}</p>}
				{scanning ? <Camera found={take} but={null} stop={() => setScanning(false)} without="data.receipt_no_camera" />
					: <button type="button" class="wide" onClick={() => setScanning(true)}>{t('data.receipt_scan')}</button>}
				<div role="status">
					{scanned === 'none' ? <p>{t('data.receipt_none')}</p>
						: scanned?.verdict && scanned.at && <p>{t('data.receipt_says', { verdict: t(`verdict.${scanned.verdict}`), time: sayMoment(scanned.at * 1000) })}</p>}
				</div>
				<Field label={t('data.receipt')} fault={faults.receipt}>
					{(attributes) => (
						<input {...attributes} class="code-text" autocomplete="off" autocapitalize="none" spellcheck={false} maxLength={40} value={receipt}
							onInput={(event) => {
								setReceipt(event.currentTarget.value);
								setKey(newKey());
							}} />
					)}
				</Field>
				<Field label={t('data.complaint')} fault={faults.text}>
					{(attributes) => (
						<textarea {...attributes} rows={4} maxLength={COMPLAINT_BYTES_MAX} value={text}
							onInput={(event) => {
								setText(event.currentTarget.value);
								setKey(newKey());
							}} />
					)}
				</Field>
				<button type="submit" disabled={busy}>{t('data.complaint_send')}</button>
			</form>
		</details>
	);
}

/* "name-at-a-gate: PLACE" and the like are said with their place. */
function sayPurpose(purpose: string): string {
	const [, kind, place] = /^(id-number-typed|name-at-a-gate): (.*)$/s.exec(purpose) ?? [];
	return kind && place ? t(`purpose.${kind}` as TextKey, { place }) : tOf('purpose', purpose);
}

export function DataScreen({ person, signOut }: { person: Person; signOut: () => void }) {
	useLanguage();
	const [items, setItems] = useState<AccessList['items'] | null>(null);
	const [next, setNext] = useState<string | null>(null);
	const [error, setError] = useState<unknown>(null);
	const load = (cursor?: string) => {
		setError(null);
		api.accesses(person.person, cursor).then((page) => {
			setItems((before) => [...(cursor ? (before ?? []) : []), ...page.items]);
			setNext(page.next);
		}, setError);
	};
	const confirmed = person.voucher === 'confirmed';
	const helped = person.relation === 'helped';
	useEffect(() => {
		if (confirmed && !helped)
			load();
	}, [person.person, confirmed]);
	if (person.voucher !== 'confirmed')
		return (
			<section class="sheet">
				<Heading>{t('data.title')}</Heading>
				<p>{t(`state.${person.voucher}.text`)}</p>
				<hr />
				<button type="button" onClick={signOut}>{t('common.sign_out')}</button>
			</section>
		);
	return (
		<section class="sheet">
			<Heading>{t('data.title')}</Heading>
			<p>{t('data.person', { name: person.name, id_number: person.id_number })} · {t(`voucher.${person.voucher}`)}</p>
			<ul class="lines">
				{person.jurisdictions.map((one) => (
					<li key={one.jurisdiction}>{t('data.applied', { jurisdiction: say(one.name), time: sayDay(one.applied_at) })}</li>
				))}
			</ul>
			{helped ? <p>{t('mandate.log')}</p> : <h2>{t('data.who')}</h2>}
			{!helped && !items && !error && <p role="status">{t('common.loading')}</p>}
			<ProblemLine error={error} retry={() => load()} />
			{items?.length === 0 && <p>{t('data.nobody')}</p>}
			<ul class="lines lines-tall">
				{items?.map((item, i) => (
					<li key={i}>
						<p><strong>{sayTime(item.at)}</strong></p>
						<p>{t('data.line', { by: item.by === 'self' ? t('role.self') : item.role ? `${item.by} (${tOf('role', item.role)})` : item.by, purpose: sayPurpose(item.purpose) })}</p>
						{item.fields && item.fields.length > 0 && (
							<p class="hint">{t('data.fields', { fields: item.fields.map((one) => tOf('field', one)).join(t('list.items')) })}</p>
						)}
					</li>
				))}
			</ul>
			{next && <button type="button" onClick={() => load(next)}>{t('common.more')}</button>}
			{may(person, 'complaint') && <Complaint person={person} />}
			<hr />
			<button type="button" onClick={signOut}>{t('common.sign_out')}</button>
		</section>
	);
}
