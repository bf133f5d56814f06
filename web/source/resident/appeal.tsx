/* Saying something against a colour: the form, what became of it, and whose office answers. */

import { useEffect, useState } from 'preact/hooks';
import { api, type Appeal, type MyAppeals, newKey, ProblemError, type Reasons } from '../api.ts';
import { sayDay, sayTime, t } from '../language.ts';
import { Field, ProblemLine, useDoing } from '../parts.tsx';

const WORDS_BYTES_MAX = 2000;

/* Times of one moment may be written in two zones. */
const isAbout = (appeal: Appeal, reasons: Reasons) =>
	appeal.colour === reasons.colour && Date.parse(appeal.since) === Date.parse(reasons.since);

export function Appeals({ person, jurisdiction, reasons }: { person: string; jurisdiction: string; reasons: Reasons }) {
	const [mine, setMine] = useState<MyAppeals | null>(null);
	const [error, setError] = useState<unknown>(null);
	const load = () => {
		setError(null);
		api.appeals(person, jurisdiction).then(setMine, setError);
	};
	useEffect(load, [person, jurisdiction]);
	if (!mine)
		return <ProblemLine error={error} retry={load} />;
	const open = mine.items.some((one) => one.state === 'open' && isAbout(one, reasons));
	return (
		<div class="appeals">
			{mine.items.length > 0 && <h2>{t('appeal.title')}</h2>}
			<ul class="lines lines-tall">
				{[...mine.items].reverse().map((one) => <li key={one.appeal}><One appeal={one} person={person} load={load} /></li>)}
			</ul>
			{!mine.stops || open ? null : mine.office.here ? (
				<Form person={person} jurisdiction={jurisdiction} load={load} />
			) : (
				<p class="hint">
					{t('appeal.elsewhere', { office: mine.office.jurisdiction })}{' '}
					{mine.office.url && <a href={mine.office.url} rel="noreferrer">{mine.office.url}</a>}
				</p>
			)}
		</div>
	);
}

function One({ appeal, person, load }: { appeal: Appeal; person: string; load: () => void }) {
	const { busy, error, run } = useDoing();
	const withdraw = () => void run(async () => {
		await api.withdrawAppeal(person, appeal.appeal);
		load();
	});
	const { zh, en } = appeal.answer ?? {};
	return (
		<>
			<p>
				<strong>{t(`appeal.${appeal.state}`)}</strong> · {t('appeal.about', { colour: t(`colour.${appeal.colour}`), time: sayDay(appeal.since) })}
			</p>
			{appeal.words && <blockquote>{appeal.words}</blockquote>}
			{appeal.state === 'open' && (
				<p class="hint">{t(appeal.overdue ? 'appeal.overdue' : 'appeal.due', { time: sayTime(appeal.due_at), number: appeal.appeal })}</p>
			)}
			{appeal.decided_by && appeal.decided_at && (
				<p class="hint">{t('appeal.answered', { by: appeal.decided_by, time: sayTime(appeal.decided_at) })}</p>
			)}
			{zh && <p lang="zh">{zh}</p>}
			{en && <p lang="en">{en}</p>}
			<ProblemLine error={error} />
			{appeal.state === 'open' && <button type="button" disabled={busy} onClick={withdraw}>{t('appeal.withdraw')}</button>}
		</>
	);
}

function Form({ person, jurisdiction, load }: { person: string; jurisdiction: string; load: () => void }) {
	const [words, setWords] = useState('');
	const [fault, setFault] = useState<string | null>(null);
	const [key, setKey] = useState(newKey);
	const { busy, error, run } = useDoing();
	const send = () => {
		const length = new TextEncoder().encode(words.trim()).length;
		const found = length > 0 && length <= WORDS_BYTES_MAX ? null : t('appeal.words_fault');
		setFault(found);
		if (!found)
			void run(async () => {
				try {
					await api.appeal(person, jurisdiction, words.trim(), key);
				} catch (problem) {
					/* The colour is another one by now, or another service's: what is loaded anew says so. */
					if (!(problem instanceof ProblemError && (problem.kind === 'conflict' || problem.kind === 'another-office')))
						throw problem;
				}
				load();
			});
	};
	return (
		<details class="complaint">
			<summary>{t('appeal.begin')}</summary>
			<form noValidate onSubmit={(event) => {
				event.preventDefault();
				send();
			}}>
				<p class="hint">{t('appeal.hint')}</p>
				<ProblemLine error={error} />
				<Field label={t('appeal.words')} fault={fault}>
					{(attributes) => (
						<textarea {...attributes} rows={4} maxLength={WORDS_BYTES_MAX} value={words}
							onInput={(event) => {
								setWords(event.currentTarget.value);
								setKey(newKey());
							}} />
					)}
				</Field>
				<button type="submit" disabled={busy}>{t('appeal.send')}</button>
			</form>
		</details>
	);
}
