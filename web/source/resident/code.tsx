/* The code, full screen: colour, word, shape, moving mark, clock, and the QR code that is drawn here and renewed before it
 * expires. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, OfflineError, ProblemError, type Person, type Slot } from '../api.ts';
import { serviceNow_ms } from '../clock.ts';
import { keep, recall } from '../keep.ts';
import { sayClock, sayDayOf, say, t, useLanguage } from '../language.ts';
import { Heading, ProblemLine, sayProblem, useDoing, useTick } from '../parts.tsx';
import { QrPicture } from '../qr.tsx';
import { ColourShape } from '../shapes.tsx';
import { codeIsSealed } from '../verify/code.ts';
import { coveredUntil_ms, type Kept, pick, take, wantedAhead } from './keeper.ts';

const RETRY_MS = 5000;
const storeKey = (person: string, jurisdiction: string) => `me.code.${person}.${jurisdiction}`;

/* The codes of a person in a jurisdiction, renewed as long as somebody looks. */
function useCode(person: string, jurisdiction: string) {
	const [kept, setKept] = useState<Kept | null>(null);
	const [error, setError] = useState<unknown>(null);
	useEffect(() => {
		const key = storeKey(person, jurisdiction);
		let current = recall<Kept>(key) ?? null;
		let timer: ReturnType<typeof setTimeout> | undefined;
		let here = true;
		setKept(current);
		setError(null);

		const renew = async () => {
			clearTimeout(timer);
			let wait_ms = RETRY_MS;
			try {
				const fresh = await api.code(person, jurisdiction, wantedAhead(current, serviceNow_ms()));
				current = take(current, fresh, serviceNow_ms());
				keep(key, current);
				wait_ms = Math.max(1000, current.refreshAt_ms - serviceNow_ms());
				if (here) {
					setKept(current);
					setError(null);
				}
			} catch (problem) {
				if (here)
					setError(problem);
				if (problem instanceof ProblemError) {
					wait_ms = Math.max(RETRY_MS, problem.retryAfter_s * 1000);
					if (problem.kind === 'awaiting-voucher' || problem.kind === 'frozen' || problem.kind === 'sign-in-needed') {
						current = null;
						keep(key, null);
						if (here)
							setKept(null);
					}
				}
			}
			if (here)
				timer = setTimeout(renew, wait_ms);
		};
		const look = () => {
			if (document.visibilityState === 'visible' && serviceNow_ms() >= (current?.refreshAt_ms ?? 0))
				void renew();
		};
		void renew();
		document.addEventListener('visibilitychange', look);
		addEventListener('online', renew);
		return () => {
			here = false;
			clearTimeout(timer);
			document.removeEventListener('visibilitychange', look);
			removeEventListener('online', renew);
		};
	}, [person, jurisdiction]);
	return { kept, error };
}

export function CodeScreen({ person, jurisdiction, openReasons, signIn }: {
	person: Person;
	jurisdiction: string;
	openReasons?: () => void;
	signIn: () => void;
}) {
	useLanguage();
	useTick(500);
	const [full, setFull] = useState(false);
	const { kept, error } = useCode(person.person, jurisdiction);
	const digits = useDigits(person);
	const other = usePublic(person.person, jurisdiction, pick(kept, serviceNow_ms())?.code ?? null);
	useEffect(() => {
		document.documentElement.classList.toggle('full', full);
		scrollTo(0, 0);
		return () => document.documentElement.classList.remove('full');
	}, [full]);
	useEffect(() => {
		if (error instanceof ProblemError && error.kind === 'sign-in-needed')
			signIn();
	}, [error]);

	const now_ms = serviceNow_ms();
	const own = pick(kept, now_ms);
	const slot = (own && other.shown) ?? own;
	const offline = error instanceof OfflineError;
	if (!slot) {
		if (error instanceof ProblemError && (error.kind === 'awaiting-voucher' || error.kind === 'frozen'))
			return <Waiting state={error.kind === 'frozen' ? 'frozen' : 'awaiting'} />;
		if (offline)
			return (
				<section class="sheet">
					<Heading take={false}>{t('nav.code')}</Heading>
					<p role="alert">{t('code.offline_none')}</p>
				</section>
			);
		return (
			<section class="sheet">
				<Heading take={false}>{t('nav.code')}</Heading>
				{error ? <ProblemLine error={error} /> : <p role="status">{t('code.fetching')}</p>}
			</section>
		);
	}
	const name = person.jurisdictions.find((one) => one.jurisdiction === jurisdiction)?.name;
	const clock = sayClock(now_ms, slot.issued_at);
	return (
		<section class={`pass pass-${slot.colour}`} data-colour={slot.colour}>
			<div class="pass-head">
				<ColourShape colour={slot.colour} />
				<div>
					<h1 class="pass-word">{t(`colour.${slot.colour}`)}</h1>
					<p class="pass-meaning">{t(`meaning.${slot.colour}`)}</p>
				</div>
			</div>
			<div class="pass-mark" aria-hidden="true"><span class="pass-stripe" /></div>
			<p class="pass-clock"><span class="pass-day">{sayDayOf(now_ms, slot.issued_at)}</span> <span class="pass-time">{clock}</span></p>
			<div class="qr-room">
				<QrPicture text={slot.code} label={t('code.picture', { colour: t(`colour.${slot.colour}`), clock: clock.slice(0, 5) })} />
			</div>
			<p class="pass-name">{person.name}{name ? ` · ${say(name)}` : ''}</p>
			{other.shown && <p class="pass-digits" role="status">{t('public_code.line', { clock: sayClock(Date.parse(other.shown.expires_at), other.shown.issued_at) })}</p>}
			{other.error && <p class="pass-digits" role="alert">{other.error}</p>}
			{digits.shown && <p class="pass-digits" role="status">{t('digits.line')} <strong>{digits.shown}</strong></p>}
			<p class="sr-only" role="status">{t(`colour.${slot.colour}`)}: {t(`meaning.${slot.colour}`)}</p>
			<div class="pass-foot">
				{offline
					? <p>{t('code.offline_until', { clock: sayClock(coveredUntil_ms(kept), slot.issued_at).slice(0, 5) })}</p>
					: <p>{t('code.show')}</p>}
				<div class="buttons">
					{openReasons && <button type="button" onClick={openReasons}>{t('code.why')}</button>}
					{digits.known && (
						<button type="button" onClick={digits.shown ? digits.hide : digits.ask}>{t(digits.shown ? 'digits.hide' : 'digits.button')}</button>
					)}
					{other.offered && (
						<button type="button" disabled={other.busy} onClick={other.shown ? other.hide : other.ask}>
							{t(other.shown ? 'public_code.hide' : 'public_code.button')}
						</button>
					)}
					<button type="button" aria-pressed={full} onClick={() => setFull(!full)}>{t(full ? 'code.leave_full' : 'code.full')}</button>
				</div>
			</div>
			{other.asking && <Question name="public_code" show={other.show} leave={other.hide} />}
			{digits.asking && <Question name="digits" show={digits.show} leave={digits.hide} />}
		</section>
	);
}

const DIGITS_MS = 60 * 1000;

/* The last four digits of the person's ID number, shown for a minute each time the holder agrees. They are the account's: who
 * borrows a phone cannot put in their own. That they were shown is told to nobody and kept nowhere. */
function useDigits(person: Person) {
	const [asking, setAsking] = useState(false);
	const [shown, setShown] = useState(false);
	const known = /[\dA-Z]{4}$/.exec(person.id_number)?.[0] ?? null;
	const hide = () => {
		setAsking(false);
		setShown(false);
	};
	useEffect(() => {
		if (!shown)
			return;
		const timer = setTimeout(hide, DIGITS_MS);
		return () => clearTimeout(timer);
	}, [shown]);
	const show = () => {
		setAsking(false);
		setShown(true);
	};
	return { known, asking, shown: shown ? known : null, ask: () => setAsking(true), show, hide };
}

function Question({ name, show, leave }: { name: 'digits' | 'public_code'; show: () => void; leave: () => void }) {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => dialog.current?.showModal(), []);
	return (
		<dialog ref={dialog} aria-labelledby="question-title" onClose={leave}>
			<h2 id="question-title">{t(`${name}.title`)}</h2>
			<p>{t(`${name}.text`)}</p>
			<div class="buttons">
				<button type="button" onClick={leave}>{t('common.cancel')}</button>
				<button type="button" class="main" onClick={show}>{t(`${name}.show`)}</button>
			</div>
		</dialog>
	);
}

/* Of a code that says its colour to gates of this service alone: the public form, which any reader reads, for its minute and on the
 * holder's word each time. ${code} is what is shown otherwise. */
function usePublic(person: string, jurisdiction: string, code: string | null) {
	const [offered, setOffered] = useState(false);
	const [asking, setAsking] = useState(false);
	const [shown, setShown] = useState<Slot | null>(null);
	const { busy, error, run, clear } = useDoing();
	useEffect(() => {
		let here = true;
		if (code)
			void codeIsSealed(code).then((sealed) => here && setOffered(sealed));
		return () => {
			here = false;
		};
	}, [code]);
	const hide = () => {
		setAsking(false);
		setShown(null);
		clear();
	};
	const show = () => {
		setAsking(false);
		void run(async () => setShown(await api.publicCode(person, jurisdiction)));
	};
	const counts = shown !== null && serviceNow_ms() < Date.parse(shown.expires_at);
	return {
		offered, asking, busy, hide, show, shown: counts ? shown : null, ask: () => setAsking(true),
		error: error ? sayProblem(error) : null,
	};
}

/* A person for whom no colour is shown yet, and what to do about it. */
export function Waiting({ state }: { state: 'awaiting' | 'frozen' }) {
	return (
		<section class="sheet">
			<h1>{t(`state.${state}.title`)}</h1>
			<p>{t(`state.${state}.text`)}</p>
		</section>
	);
}
