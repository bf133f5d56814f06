/* The daily check-in, for oneself or for family. */

import { useRef, useState } from 'preact/hooks';
import { api, newKey, type Me, type Symptom } from '../api.ts';
import { serviceNow_ms } from '../clock.ts';
import { SymptomBoxes } from '../fields.tsx';
import { sayDay, sayDayOf, sayTime, t, useLanguage } from '../language.ts';
import { may, OutsideMandate } from './mandates.tsx';
import { PlaceCheckin } from './place.tsx';
import { Choice, Heading, ProblemLine, readTemperature, sayYesNo, Temperature, useDoing, yesNo } from '../parts.tsx';

export function CheckinScreen({ me, person, choose, done }: {
	me: Me;
	person: string;
	choose: (person: string) => void;
	done: () => void;
}) {
	useLanguage();
	const [temperature, setTemperature] = useState('');
	const [symptoms, setSymptoms] = useState<Symptom[]>([]);
	const [contact, setContact] = useState<boolean | null>(null);
	const [faults, setFaults] = useState<{ temperature?: string; contact?: string }>({});
	const [recorded, setRecorded] = useState<string | null>(null);
	const key = useRef(newKey());
	const { busy, error, run } = useDoing();
	const people = me.people.filter((one) => may(one, 'checkin'));
	const who = people.find((one) => one.person === person) ?? people[0];
	if (!who)
		return <OutsideMandate />;
	if (who.voucher !== 'confirmed' && people.length === 1)
		return <section class="sheet"><Heading>{t('checkin.title')}</Heading><p>{t(`state.${who.voucher}.text`)}</p></section>;

	const last = recorded ?? who.last_checkin_at;
	const today = last !== null && sayDay(last) === sayDayOf(serviceNow_ms(), last);
	const send = () => {
		const tenths = readTemperature(temperature);
		const found = {
			...(tenths === null ? { temperature: t('fault.temperature') } : {}),
			...(contact === null ? { contact: t('fault.needed') } : {}),
		};
		setFaults(found);
		if (tenths === null || contact === null)
			return;
		void run(async () => {
			const answer = await api.checkIn({ person: who.person, temperature_c: tenths / 10, symptoms, contact }, key.current);
			key.current = newKey();
			setRecorded(answer.at);
			setTemperature('');
			setSymptoms([]);
			setContact(null);
			done();
		});
	};
	return (
		<>
		<form class="sheet" noValidate onSubmit={(event) => {
			event.preventDefault();
			send();
		}}>
			<Heading>{t('checkin.title')}</Heading>
			<div role="status">{recorded && <p class="good">{t('checkin.thanks', { time: sayTime(recorded) })}</p>}</div>
			{people.length > 1 && (
				<Choice legend={t('checkin.for')} values={people.map((one) => one.person)} value={who.person}
					say={(value) => me.people.find((one) => one.person === value)?.name ?? value}
					choose={(value) => {
						setRecorded(null);
						setTemperature('');
						choose(value);
					}} />
			)}
			{!recorded && <p class="hint">{last === null ? t('checkin.never') : `${t('checkin.last', { time: sayTime(last) })}${today ? ` · ${t('checkin.today')}` : ''}`}</p>}
			<ProblemLine error={error} />
			<Temperature label={t('checkin.temperature')} value={temperature} change={setTemperature} fault={faults.temperature} />
			<SymptomBoxes value={symptoms} change={setSymptoms} />
			<Choice legend={t('field.contact_since')} values={['no', 'yes'] as const} value={yesNo(contact)} say={sayYesNo}
				choose={(value) => setContact(value === 'yes')} fault={faults.contact} />
			<button type="submit" class="main" disabled={busy}>{t(busy ? 'common.loading' : 'checkin.send')}</button>
		</form>
		{who.voucher === 'confirmed' && <PlaceCheckin key={who.person} person={who} />}
		</>
	);
}
