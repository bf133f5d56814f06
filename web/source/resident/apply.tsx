/* The application, a question or two at a time: for oneself, or for a family member. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, newKey, ProblemError, type Jurisdiction, type Symptom, type Trip } from '../api.ts';
import { DivisionChoice, divisionName, SymptomBoxes } from '../fields.tsx';
import { countries, countryName } from '../countries.ts';
import { idNumberFault, tidyIdNumber } from '../id_number.ts';
import { keep, recall } from '../keep.ts';
import { say, sayDay, t, tOf, useLanguage } from '../language.ts';
import { Choice, Field, Heading, ProblemLine, sayYesNo, useDoing, yesNo } from '../parts.tsx';

const RELATIONS = ['parent', 'child', 'spouse', 'other'] as const;
const STEPS = ['who', 'where', 'health', 'travel', 'check'] as const;

interface Form {
	name: string;
	id_number: string;
	phone: string;
	relation: (typeof RELATIONS)[number] | null;
	jurisdiction: string;
	division: string;
	divisionComplete: boolean;
	address: string;
	symptoms: Symptom[];
	contact: boolean | null;
	travel: Trip[];
	promise: boolean;
}

const EMPTY: Form = {
	name: '', id_number: '', phone: '', relation: null, jurisdiction: '', division: '', divisionComplete: false, address: '',
	symptoms: [], contact: null, travel: [], promise: false,
};

type Faults = Partial<Record<keyof Form, string>>;

function faultsOf(step: (typeof STEPS)[number], form: Form, family: boolean): Faults {
	const faults: Faults = {};
	if (step === 'who') {
		if (!form.name.trim())
			faults.name = t('fault.needed');
		const fault = form.id_number.trim() ? idNumberFault(form.id_number) : null;
		if (!form.id_number.trim())
			faults.id_number = t('fault.needed');
		else if (fault)
			faults.id_number = t(fault);
		if (!family && form.phone.replace(/\D/g, '').length < 5)
			faults.phone = t('fault.phone');
		if (family && !form.relation)
			faults.relation = t('fault.needed');
	}
	if (step === 'where') {
		if (!form.jurisdiction)
			faults.jurisdiction = t('fault.needed');
		if (!form.divisionComplete)
			faults.division = t('fault.needed');
	}
	if (step === 'health' && form.contact === null)
		faults.contact = t('fault.needed');
	if (step === 'check' && !form.promise)
		faults.promise = t('fault.promise');
	return faults;
}

/* The step that shows a member of the body that the service found fault with. */
const STEP_OF: Record<string, number> = {
	name: 0, id_number: 0, phone: 0, relation: 0, jurisdiction: 1, division: 1, address: 1, symptoms: 2, contact: 2, travel: 3,
};

export function Apply({ family = false, leave, done }: { family?: boolean; leave: () => void; done: (form: { phone: string; id_number: string }) => void }) {
	useLanguage();
	const [step, setStep] = useState(0);
	const [form, setForm] = useState<Form>(EMPTY);
	const [faults, setFaults] = useState<Faults>({});
	const [sent, setSent] = useState(false);
	const [jurisdictions, setJurisdictions] = useState<Jurisdiction[]>(recall<Jurisdiction[]>('jurisdictions') ?? []);
	const key = useRef(newKey());
	const { busy, error, run } = useDoing();

	useEffect(() => {
		api.jurisdictions().then(({ items }) => {
			keep('jurisdictions', items);
			setJurisdictions(items);
		}, () => undefined);
	}, []);
	const offered = jurisdictions.filter((one) => one.kind === 'code');
	useEffect(() => {
		if (offered.length === 1 && !form.jurisdiction)
			change({ jurisdiction: offered[0]?.jurisdiction as string });
	}, [offered.length]);

	const change = (part: Partial<Form>) => {
		setForm((before) => ({ ...before, ...part }));
		key.current = newKey();
	};
	const name = STEPS[step] as (typeof STEPS)[number];
	const next = () => {
		const found = faultsOf(name, form, family);
		setFaults(found);
		if (Object.keys(found).length)
			return;
		if (step + 1 < STEPS.length)
			setStep(step + 1);
		else
			void run(send);
	};
	const send = async () => {
		const common = {
			id_number: tidyIdNumber(form.id_number), name: form.name.trim(), jurisdiction: form.jurisdiction,
			division: form.division, ...(form.address.trim() ? { address: form.address.trim() } : {}),
			symptoms: form.symptoms, contact: Boolean(form.contact), travel: form.travel, promise: true as const,
		};
		try {
			if (family)
				await api.addDependant({ ...common, relation: form.relation ?? 'other' }, key.current);
			else
				await api.apply({ ...common, phone: form.phone.trim() }, key.current);
		} catch (problem) {
			if (problem instanceof ProblemError && problem.problem.errors?.length) {
				const members = problem.problem.errors.map((one) => [one.pointer.split('/')[1] ?? '', one.reason] as const);
				setFaults(Object.fromEntries(members));
				setStep(Math.min(...members.map(([member]) => STEP_OF[member] ?? STEPS.length - 1)));
			}
			throw problem;
		}
		setSent(true);
	};

	if (sent)
		return (
			<section class="sheet">
				<Heading>{t('apply.received')}</Heading>
				<p>{t(family ? 'apply.received_family' : 'apply.received_next')}</p>
				<button type="button" class="main" onClick={() => done({ phone: form.phone.trim(), id_number: tidyIdNumber(form.id_number) })}>
					{t(family ? 'common.done' : 'sign_in.title')}
				</button>
			</section>
		);
	return (
		<form class="sheet" noValidate onSubmit={(event) => {
			event.preventDefault();
			next();
		}}>
			<p class="step">
				{t(family ? 'apply.title_for' : 'apply.title')} · {t('apply.step', { n: step + 1, all: STEPS.length })}
			</p>
			<progress value={step + 1} max={STEPS.length} aria-hidden="true" />
			<Heading key={name}>{t(name === 'who' && family ? 'apply.who_family' : `apply.${name}`)}</Heading>
			<ProblemLine error={error} />
			{name === 'who' && <Who form={form} change={change} faults={faults} family={family} />}
			{name === 'where' && <Where form={form} change={change} faults={faults} offered={offered} />}
			{name === 'health' && (
				<>
					<SymptomBoxes value={form.symptoms} change={(symptoms) => change({ symptoms })} />
					<Choice legend={t('field.contact')} values={['no', 'yes'] as const} value={yesNo(form.contact)} say={sayYesNo}
						choose={(value) => change({ contact: value === 'yes' })} fault={faults.contact} />
				</>
			)}
			{name === 'travel' && <Travel trips={form.travel} change={(travel) => change({ travel })} />}
			{name === 'check' && <Summary form={form} change={change} faults={faults} family={family} offered={offered} />}
			<div class="buttons">
				<button type="button" onClick={() => (step === 0 ? leave() : setStep(step - 1))}>{t('common.back')}</button>
				<button type="submit" class="main" disabled={busy}>
					{t(busy ? 'common.loading' : name === 'check' ? 'apply.send' : 'common.next')}
				</button>
			</div>
		</form>
	);
}

interface StepProps {
	form: Form;
	change: (part: Partial<Form>) => void;
	faults: Faults;
}

function Who({ form, change, faults, family }: StepProps & { family: boolean }) {
	return (
		<>
			{family && (
				<Choice legend={t('field.relation')} values={RELATIONS} value={form.relation} say={(value) => tOf('relation', value)}
					choose={(relation) => change({ relation })} fault={faults.relation} />
			)}
			<Field label={t('field.name')} fault={faults.name}>
				{(attributes) => (
					<input {...attributes} autocomplete={family ? 'off' : 'name'} maxLength={100} value={form.name}
						onInput={(event) => change({ name: event.currentTarget.value })} />
				)}
			</Field>
			<Field label={t('field.id_number')} hint={t('field.id_hint')} fault={faults.id_number}>
				{(attributes) => (
					<input {...attributes} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={40}
						value={form.id_number} onInput={(event) => change({ id_number: event.currentTarget.value })} />
				)}
			</Field>
			{!family && (
				<Field label={t('field.phone')} fault={faults.phone}>
					{(attributes) => (
						<input {...attributes} type="tel" autocomplete="tel" maxLength={24} value={form.phone}
							onInput={(event) => change({ phone: event.currentTarget.value })} />
					)}
				</Field>
			)}
		</>
	);
}

function Where({ form, change, faults, offered }: StepProps & { offered: Jurisdiction[] }) {
	return (
		<>
			<Field label={t('field.jurisdiction')} fault={faults.jurisdiction}>
				{(attributes) => (
					<select {...attributes} value={form.jurisdiction} onChange={(event) => change({ jurisdiction: event.currentTarget.value })}>
						<option value="">{t('common.choose')}</option>
						{offered.map((one) => (
							<option key={one.jurisdiction} value={one.jurisdiction}>{say(one.name)}</option>
						))}
					</select>
				)}
			</Field>
			<DivisionChoice value={form.division} fault={faults.division}
				change={(division, divisionComplete) => change({ division, divisionComplete })} />
			<Field label={t('common.optional_label', { label: t('field.address') })} fault={faults.address}>
				{(attributes) => (
					<input {...attributes} autocomplete="street-address" maxLength={200} value={form.address}
						onInput={(event) => change({ address: event.currentTarget.value })} />
				)}
			</Field>
		</>
	);
}

const NO_TRIP = { abroad: false, division: '', complete: false, country: '', from: '', to: '' };

export function Travel({ trips, change }: { trips: Trip[]; change: (trips: Trip[]) => void }) {
	const [trip, setTrip] = useState<typeof NO_TRIP | null>(null);
	const [fault, setFault] = useState<Partial<Record<keyof typeof NO_TRIP, string>>>({});
	const add = () => {
		if (!trip)
			return;
		const found: typeof fault = {};
		if (trip.abroad && !trip.country)
			found.country = t('fault.country');
		if (!trip.abroad && !trip.complete)
			found.division = t('fault.needed');
		if (!trip.from)
			found.from = t('fault.needed');
		if (!trip.to)
			found.to = t('fault.needed');
		else if (trip.to < trip.from)
			found.to = t('fault.days');
		setFault(found);
		if (Object.keys(found).length)
			return;
		const place = trip.abroad ? { country: trip.country } : { country: 'CN', division: trip.division };
		change([...trips, { ...place, from: trip.from, to: trip.to }]);
		setTrip(null);
	};
	return (
		<>
			<p>{t('travel.question')}</p>
			<Trips trips={trips} remove={(index) => change(trips.filter((_, i) => i !== index))} />
			{trip ? (
				<div class="inset">
					<Choice legend={t('travel.where')} values={['home', 'abroad'] as const} value={trip.abroad ? 'abroad' : 'home'}
						say={(value) => t(value === 'home' ? 'travel.home_country' : 'travel.abroad')}
						choose={(value) => setTrip({ ...trip, abroad: value === 'abroad' })} />
					{trip.abroad ? (
						<Field label={t('field.country')} fault={fault.country}>
							{(attributes) => (
								<select {...attributes} value={trip.country} onChange={(event) => setTrip({ ...trip, country: event.currentTarget.value })}>
									<option value="">{t('common.choose')}</option>
									{countries().map(([code, name]) => <option key={code} value={code}>{name}</option>)}
								</select>
							)}
						</Field>
					) : (
						<DivisionChoice value={trip.division} depth={2} fault={fault.division}
							change={(division, complete) => setTrip({ ...trip, division, complete })} />
					)}
					<Field label={t('field.from')} fault={fault.from}>
						{(attributes) => (
							<input {...attributes} type="date" value={trip.from} onInput={(event) => setTrip({ ...trip, from: event.currentTarget.value })} />
						)}
					</Field>
					<Field label={t('field.to')} fault={fault.to}>
						{(attributes) => (
							<input {...attributes} type="date" value={trip.to} onInput={(event) => setTrip({ ...trip, to: event.currentTarget.value })} />
						)}
					</Field>
					<div class="buttons">
						<button type="button" onClick={() => setTrip(null)}>{t('common.cancel')}</button>
						<button type="button" onClick={add}>{t('travel.add_this')}</button>
					</div>
				</div>
			) : (
				trips.length < 20 && <button type="button" onClick={() => setTrip(NO_TRIP)}>{t('travel.add')}</button>
			)}
		</>
	);
}

function useDivisionName(division: string): string {
	const language = useLanguage();
	const [name, setName] = useState(division);
	useEffect(() => {
		if (division)
			divisionName(division).then(setName, () => undefined);
	}, [division, language]);
	return name;
}

function TripLine({ trip }: { trip: Trip }) {
	const name = useDivisionName(trip.division ?? '');
	return <>{name || countryName(trip.country)}{t('list.comma')}{t('evidence.span', { from: sayDay(trip.from), to: sayDay(trip.to) })}</>;
}

export function Trips({ trips, remove }: { trips: Trip[]; remove?: (index: number) => void }) {
	if (!trips.length)
		return null;
	return (
		<ul class="lines">
			{trips.map((trip, index) => (
				<li key={index}>
					<TripLine trip={trip} />
					{remove && <button type="button" class="plain" onClick={() => remove(index)}>{t('common.remove')}</button>}
				</li>
			))}
		</ul>
	);
}

function Summary({ form, change, faults, family, offered }: StepProps & { family: boolean; offered: Jurisdiction[] }) {
	const home = useDivisionName(form.division);
	const jurisdiction = offered.find((one) => one.jurisdiction === form.jurisdiction);
	return (
		<>
			<dl class="facts">
				<dt>{t('field.name')}</dt><dd>{form.name}</dd>
				<dt>{t('field.id_number')}</dt><dd>{tidyIdNumber(form.id_number)}</dd>
				{family ? (
					<><dt>{t('field.relation')}</dt><dd>{tOf('relation', form.relation ?? 'other')}</dd></>
				) : (
					<><dt>{t('field.phone')}</dt><dd>{form.phone}</dd></>
				)}
				<dt>{t('field.jurisdiction')}</dt><dd>{jurisdiction ? say(jurisdiction.name) : form.jurisdiction}</dd>
				<dt>{t('apply.where')}</dt><dd>{home} {form.address}</dd>
				<dt>{t('field.symptoms_short')}</dt>
				<dd>{form.symptoms.length ? form.symptoms.map((one) => tOf('symptom', one)).join(t('list.items')) : t('apply.none')}</dd>
				<dt>{t('field.contact')}</dt><dd>{t(form.contact ? 'common.yes' : 'common.no')}</dd>
				<dt>{t('apply.travel')}</dt><dd>{form.travel.length ? <Trips trips={form.travel} /> : t('apply.none')}</dd>
			</dl>
			<p class="hint">{t('apply.purpose')}</p>
			<label class="option option-wide">
				<input type="checkbox" checked={form.promise} aria-invalid={Boolean(faults.promise)}
					onChange={(event) => change({ promise: event.currentTarget.checked })} />
				<span>{t('apply.promise')}</span>
			</label>
			{faults.promise && <p class="fault" role="alert">{faults.promise}</p>}
		</>
	);
}
