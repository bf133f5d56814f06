/* A community committee's page: its staff write down a household, apply for all of its people at once, and print their codes. */

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, type HouseholdMember, type Jurisdiction, newKey, ProblemError, type Session, type Symptom, type Trip } from '../api.ts';
import { DivisionChoice, SymptomBoxes } from '../fields.tsx';
import { idNumberFault, tidyIdNumber } from '../id_number.ts';
import { installWorker } from '../install.ts';
import { say, t, tOf, useLanguage } from '../language.ts';
import { Choice, Field, Frame, Heading, ProblemLine, sayYesNo, useDoing, useService, yesNo } from '../parts.tsx';
import { Travel } from '../resident/apply.tsx';
import { StaffSignIn } from '../staff_sign_in.tsx';

const RELATIONS = ['parent', 'child', 'spouse', 'other'] as const;
const PEOPLE_MAX = 20;
const KEEP_PDF_MS = 60_000;

interface Person {
	name: string;
	id_number: string;
	phone: string;
	relation: (typeof RELATIONS)[number] | null;
	symptoms: Symptom[];
	contact: boolean | null;
	travel: Trip[];
	promise: boolean;
}

const EMPTY: Person = { name: '', id_number: '', phone: '', relation: null, symptoms: [], contact: null, travel: [], promise: false };

type Faults = Partial<Record<keyof Person, string>>;

function faultsOf(person: Person): Faults {
	const faults: Faults = {};
	const wrong = person.id_number.trim() ? idNumberFault(person.id_number) : null;
	if (!person.name.trim())
		faults.name = t('fault.needed');
	if (!person.id_number.trim())
		faults.id_number = t('fault.needed');
	else if (wrong)
		faults.id_number = t(wrong);
	if (person.phone.trim() && person.phone.replace(/\D/g, '').length < 5)
		faults.phone = t('fault.phone');
	if (person.contact === null)
		faults.contact = t('fault.needed');
	if (!person.promise)
		faults.promise = t('fault.promise');
	return faults;
}

const memberOf = (person: Person, first: boolean, firstHasPhone: boolean): HouseholdMember => ({
	id_number: tidyIdNumber(person.id_number), name: person.name.trim(), symptoms: person.symptoms, contact: Boolean(person.contact),
	travel: person.travel, promise: true,
	...(person.phone.trim() ? { phone: person.phone.trim() } : {}),
	...(!person.phone.trim() && !first && firstHasPhone && person.relation ? { relation: person.relation } : {}),
});

function Page() {
	useLanguage();
	const service = useService();
	const [session, setSession] = useState<Session | null | undefined>(undefined);
	useEffect(() => {
		api.session().then(setSession, () => setSession(null));
	}, []);
	return (
		<Frame title={t('household.app')} service={service}>
			{session === undefined ? (
				<section class="sheet"><Heading take={false}>{t('household.app')}</Heading><p role="status">{t('common.loading')}</p></section>
			) : !session ? <StaffSignIn title={t('household.sign_in')} done={setSession} /> : (
				<Household signOut={() => void api.signOut().catch(() => undefined).then(() => setSession(null))} />
			)}
		</Frame>
	);
}

function Household({ signOut }: { signOut: () => void }) {
	const [jurisdictions, setJurisdictions] = useState<Jurisdiction[]>([]);
	const [jurisdiction, setJurisdiction] = useState('');
	const [division, setDivision] = useState('');
	const [complete, setComplete] = useState(false);
	const [address, setAddress] = useState('');
	const [people, setPeople] = useState<Person[]>([EMPTY]);
	const [faults, setFaults] = useState<Faults[]>([]);
	const [where, setWhere] = useState<{ jurisdiction?: string; division?: string }>({});
	const [done, setDone] = useState<string[] | null>(null);
	const [key, setKey] = useState(newKey);
	const { busy, error, run } = useDoing();
	useEffect(() => {
		api.jurisdictions().then(({ items }) => setJurisdictions(items.filter((one) => one.kind === 'code')), () => undefined);
	}, []);
	useEffect(() => {
		if (jurisdictions.length === 1 && !jurisdiction)
			setJurisdiction(jurisdictions[0]?.jurisdiction ?? '');
	}, [jurisdictions.length]);
	const change = (index: number, part: Partial<Person>) => {
		setKey(newKey());
		setPeople((before) => before.map((one, i) => (i === index ? { ...one, ...part } : one)));
	};
	const firstHasPhone = Boolean(people[0]?.phone.trim());
	const send = () => {
		const found = people.map(faultsOf);
		const place = {
			...(jurisdiction ? {} : { jurisdiction: t('fault.needed') }), ...(complete ? {} : { division: t('fault.needed') }),
		};
		setFaults(found);
		setWhere(place);
		if (Object.keys(place).length || found.some((one) => Object.keys(one).length))
			return;
		void run(async () => {
			try {
				await api.applyForHousehold({
					jurisdiction, division, ...(address.trim() ? { address: address.trim() } : {}),
					people: people.map((one, i) => memberOf(one, i === 0, firstHasPhone)),
				}, key);
			} catch (problem) {
				if (problem instanceof ProblemError && problem.problem.errors?.length)
					setFaults(people.map((_, i) => Object.fromEntries((problem.problem.errors ?? [])
						.map((one) => [one.pointer.split('/'), one.reason] as const)
						.filter(([parts]) => parts[1] === 'people' && parts[2] === String(i))
						.map(([parts, reason]) => [parts[3] ?? '', reason]))));
				throw problem;
			}
			setDone(people.map((one) => tidyIdNumber(one.id_number)));
		});
	};
	if (done)
		return <Done jurisdiction={jurisdiction} ids={done} again={() => {
			setPeople([EMPTY]);
			setFaults([]);
			setAddress('');
			setKey(newKey());
			setDone(null);
		}} />;
	return (
		<form class="sheet" noValidate onSubmit={(event) => {
			event.preventDefault();
			send();
		}}>
			<Heading take={false}>{t('household.title')}</Heading>
			<p class="hint">{t('household.hint')}</p>
			<Field label={t('field.jurisdiction')} fault={where.jurisdiction}>
				{(attributes) => (
					<select {...attributes} value={jurisdiction} onChange={(event) => setJurisdiction(event.currentTarget.value)}>
						<option value="">{t('common.choose')}</option>
						{jurisdictions.map((one) => <option key={one.jurisdiction} value={one.jurisdiction}>{say(one.name)}</option>)}
					</select>
				)}
			</Field>
			<DivisionChoice value={division} fault={where.division} change={(next, whole) => {
				setDivision(next);
				setComplete(whole);
			}} />
			<Field label={t('common.optional_label', { label: t('field.address') })}>
				{(attributes) => <input {...attributes} autocomplete="off" maxLength={200} value={address} onInput={(event) => setAddress(event.currentTarget.value)} />}
			</Field>
			{people.map((one, i) => (
				<Member key={i} index={i} person={one} faults={faults[i] ?? {}} firstHasPhone={firstHasPhone} change={(part) => change(i, part)}
					remove={people.length > 1 ? () => setPeople(people.filter((_, j) => j !== i)) : null} />
			))}
			{people.length < PEOPLE_MAX && <button type="button" onClick={() => setPeople([...people, EMPTY])}>{t('household.add')}</button>}
			<ProblemLine error={error} />
			<button type="submit" class="main" disabled={busy}>{t(busy ? 'common.loading' : 'household.send')}</button>
			<hr />
			<button type="button" onClick={signOut}>{t('common.sign_out')}</button>
		</form>
	);
}

function Member({ index, person, faults, firstHasPhone, change, remove }: {
	index: number;
	person: Person;
	faults: Faults;
	firstHasPhone: boolean;
	change: (part: Partial<Person>) => void;
	remove: (() => void) | null;
}) {
	return (
		<section class="inset">
			<h2>{t('household.person', { n: index + 1 })}</h2>
			<Field label={t('field.name')} fault={faults.name}>
				{(attributes) => <input {...attributes} autocomplete="off" maxLength={100} value={person.name} onInput={(event) => change({ name: event.currentTarget.value })} />}
			</Field>
			<Field label={t('field.id_number')} fault={faults.id_number}>
				{(attributes) => (
					<input {...attributes} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={40} value={person.id_number}
						onInput={(event) => change({ id_number: event.currentTarget.value })} />
				)}
			</Field>
			<Field label={t('common.optional_label', { label: t('field.phone') })} fault={faults.phone}>
				{(attributes) => <input {...attributes} type="tel" autocomplete="off" maxLength={24} value={person.phone} onInput={(event) => change({ phone: event.currentTarget.value })} />}
			</Field>
			{index > 0 && firstHasPhone && !person.phone.trim() && (
				<Field label={t('household.relation')} fault={faults.relation}>
					{(attributes) => (
						<select {...attributes} value={person.relation ?? ''}
							onChange={(event) => change({ relation: RELATIONS.find((one) => one === event.currentTarget.value) ?? null })}>
							<option value="">{t('household.paper_only')}</option>
							{RELATIONS.map((one) => <option key={one} value={one}>{tOf('relation', one)}</option>)}
						</select>
					)}
				</Field>
			)}
			<SymptomBoxes value={person.symptoms} change={(symptoms) => change({ symptoms })} />
			<Choice legend={t('field.contact')} values={['no', 'yes'] as const} value={yesNo(person.contact)} say={sayYesNo}
				choose={(value) => change({ contact: value === 'yes' })} fault={faults.contact} />
			<Travel trips={person.travel} change={(travel) => change({ travel })} />
			<label class="option option-wide">
				<input type="checkbox" checked={person.promise} aria-invalid={Boolean(faults.promise)}
					onChange={(event) => change({ promise: event.currentTarget.checked })} />
				<span>{t('household.promise')}</span>
			</label>
			{faults.promise && <p class="fault" role="alert">{faults.promise}</p>}
			{remove && <button type="button" class="plain" onClick={remove}>{t('common.remove')}</button>}
		</section>
	);
}

function Done({ jurisdiction, ids, again }: { jurisdiction: string; ids: string[]; again: () => void }) {
	const { busy, error, run } = useDoing();
	const print = () => void run(async () => {
		const address = URL.createObjectURL(await api.paperCodes(jurisdiction, ids));
		const link = document.createElement('a');
		link.href = address;
		link.download = 'codes.pdf';
		link.click();
		setTimeout(() => URL.revokeObjectURL(address), KEEP_PDF_MS);
	});
	return (
		<section class="sheet">
			<Heading>{t('household.done', { n: ids.length })}</Heading>
			<p>{t('household.told')}</p>
			<ProblemLine error={error} />
			<button type="button" class="main" disabled={busy} onClick={print}>{t('household.print')}</button>
			<button type="button" onClick={again}>{t('household.next')}</button>
		</section>
	);
}

installWorker();
render(<Page />, document.getElementById('page') as HTMLElement);
