/* The guards' page: choose the place once, then scan, measure, read the verdict. It shows what to do and nothing of where
 * somebody comes from, who issued the code, or which code it was. */

import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Jurisdiction, OfflineError, ProblemError, type PlaceList, type RefusalCause, type Session } from '../api.ts';
import { Camera } from '../camera.tsx';
import { serviceNow_ms, serviceZone } from '../clock.ts';
import { idNumberFault } from '../id_number.ts';
import { installWorker } from '../install.ts';
import { keep, recall } from '../keep.ts';
import { say, sayClock, sayDuration, t, tOf, useLanguage } from '../language.ts';
import { Field, Frame, Heading, ProblemLine, readTemperature, Temperature, useDoing, useOnline, useService, useTick } from '../parts.tsx';
import { QrPicture } from '../qr.tsx';
import { VerdictShape } from '../shapes.tsx';
import { StaffSignIn } from '../staff_sign_in.tsx';
import { isReached, onReach } from '../reach.ts';
import type { GateKey } from '../verify/code.ts';
import { type Trust, trustAge_s, trustIsAhead, trustIsTooOld } from '../verify/trust.ts';
import { type Answer, check, checkTyped, NoVerdict, type Place, refuse, sayAct, TOLD } from './check.ts';
import { PlaceCodeScreen } from './place_code.tsx';
import { deliver, waiting } from './queue.ts';
import { fetchGateKeys, fetchTrust, keptGateKeys, keptTrust } from './trust_keeper.ts';

const CAUSES: readonly RefusalCause[] = [
	'fever', 'symptoms', 'colour', 'no_valid_code', 'not_the_holder', 'place_full', 'place_closed', TOLD,
];
const RENEW_MS = 5 * 60 * 1000;
const DELIVER_MS = 15 * 1000;
const LOOK_AGAIN_MS = 15 * 1000;

/* Who is signed in: undefined while unknown, null for nobody. Without a network, whoever was last. */
function useSession(): [Session | null | undefined, (session: Session | null) => void] {
	const [session, setSession] = useState<Session | null | undefined>(recall<Session>('gate.session'));
	const set = (next: Session | null) => {
		keep('gate.session', next);
		setSession(next);
	};
	useEffect(() => {
		api.session().then(set, (problem) => {
			if (problem instanceof ProblemError && problem.kind === 'sign-in-needed')
				set(null);
			else
				setSession((before) => before ?? null);
		});
	}, []);
	return [session, set];
}

/* The trust list, the rules of the jurisdictions and, of who is signed in, the gates' keys, renewed while there is a network. */
function useKnown(signedIn: boolean) {
	const [trust, setTrust] = useState<Trust | null>(null);
	const [jurisdictions, setJurisdictions] = useState<Jurisdiction[]>(recall<Jurisdiction[]>('jurisdictions') ?? []);
	const [gateKeys, setGateKeys] = useState<GateKey[]>(keptGateKeys());
	useEffect(() => {
		let here = true;
		let current: Trust | null = null;
		const renew = async () => {
			current ??= await keptTrust();
			if (here && current)
				setTrust(current);
			try {
				current = (await fetchTrust(current)) ?? current;
				const { items } = await api.jurisdictions();
				keep('jurisdictions', items);
				if (here) {
					setTrust(current);
					setJurisdictions(items);
				}
				if (signedIn) {
					const keys = await fetchGateKeys();
					if (here)
						setGateKeys(keys);
				}
			} catch {
				/* Without a network: what is kept serves. */
			}
		};
		void renew();
		const timer = setInterval(renew, RENEW_MS);
		const again = setInterval(() => {
			if (!isReached())
				void renew();
		}, LOOK_AGAIN_MS);
		addEventListener('online', renew);
		return () => {
			here = false;
			clearInterval(again);
			clearInterval(timer);
			removeEventListener('online', renew);
		};
	}, [signedIn]);
	return { trust, jurisdictions, gateKeys };
}

/* Delivers what waits, and says how much still does. */
function useQueue(signedOut: () => void): { count: number; givenUp: number; look: () => void } {
	const [count, setCount] = useState(waiting().length);
	const [givenUp, setGivenUp] = useState(0);
	const look = () => setCount(waiting().length);
	useEffect(() => {
		const work = async () => {
			const { given_up, signed_out } = await deliver();
			setGivenUp((before) => before + given_up);
			look();
			if (signed_out)
				signedOut();
		};
		void work();
		const timer = setInterval(work, DELIVER_MS);
		addEventListener('online', work);
		const leave = onReach(() => isReached() && void work());
		return () => {
			leave();
			clearInterval(timer);
			removeEventListener('online', work);
		};
	}, []);
	return { count, givenUp, look };
}

function Page() {
	useLanguage();
	const service = useService();
	const [session, setSession] = useSession();
	const [place, setPlaceState] = useState<Place | null>(recall<Place>('gate.place') ?? null);
	const setPlace = (next: Place | null) => {
		keep('gate.place', next);
		setPlaceState(next);
	};
	const known = useKnown(!!session);
	const queue = useQueue(() => setSession(null));
	const online = useOnline();
	/* A guard whose session ended while there is no network goes on; what waits is delivered once signed in. */
	const mayCheck = session || (!online && place);
	return (
		<Frame title={t('app.gate')} service={service} offline={mayCheck && place ? 'gate.offline_banner' : 'banner.offline'}
			foot={<State trust={known.trust} online={online} count={queue.count} givenUp={queue.givenUp} />}>
			{session === undefined ? (
				<section class="sheet"><Heading take={false}>{t('app.gate')}</Heading><p role="status">{t('common.loading')}</p></section>
			) : !mayCheck ? (
				<StaffSignIn title={t('sign_in.gate_title')} done={setSession} />
			) : !place ? (
				<ChoosePlace choose={setPlace} online={online} />
			) : (
				<CheckScreen place={place} change={() => setPlace(null)} known={known} look={queue.look}
					signOut={() => void api.signOut().catch(() => undefined).then(() => setSession(null))} />
			)}
		</Frame>
	);
}

/* How old the list is, and what waits. */
function State({ trust, online, count, givenUp }: { trust: Trust | null; online: boolean; count: number; givenUp: number }) {
	useTick(10000);
	const now = serviceNow_ms() / 1000;
	const old = trust !== null && trustIsTooOld(trust, now);
	return (
		<footer class="state">
			<span>{t(online ? 'gate.online' : 'gate.offline')}</span>
			{trust && trustIsAhead(trust, now) && <span class="fault">{t('gate.clock_state')}</span>}
			<span class={!trust || old ? 'fault' : ''}>
				{trust ? t(old ? 'gate.list_old' : 'gate.list_age', { age: sayDuration(trustAge_s(trust, now)) }) : t('gate.list_none')}
			</span>
			{count > 0 && <span>{t('gate.queue', { n: count })}</span>}
			{givenUp > 0 && <span class="fault">{t('gate.given_up', { n: givenUp })}</span>}
		</footer>
	);
}

const SEARCH_PAUSE_MS = 250;

/* The places of the last time, for when there is no network. */
const LISTED = 'gate.places';

function ChoosePlace({ choose, online }: { choose: (place: Place) => void; online: boolean }) {
	const [search, setSearch] = useState('');
	const [places, setPlaces] = useState<PlaceList['items'] | null>(null);
	const [error, setError] = useState<unknown>(null);
	useEffect(() => {
		let here = true;
		const timer = setTimeout(() => {
			api.places(search.trim()).then((answer) => {
				if (!here)
					return;
				if (!search.trim())
					keep(LISTED, answer.items);
				setPlaces(answer.items);
				setError(null);
			}, (problem) => {
				if (!here)
					return;
				const listed = recall<PlaceList['items']>(LISTED);
				const known = problem instanceof OfflineError && listed;
				setPlaces(known ? listed.filter((one) => one.name.includes(search.trim())) : null);
				setError(known ? null : problem);
			});
		}, SEARCH_PAUSE_MS);
		return () => {
			here = false;
			clearTimeout(timer);
		};
	}, [search]);
	return (
		<section class="sheet">
			<Heading>{t('gate.place_choose')}</Heading>
			<Field label={t('gate.place_search')}>
				{(attributes) => (
					<input {...attributes} type="search" maxLength={64} value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
				)}
			</Field>
			<ProblemLine error={error} />
			<div role="status">
				{!online && places && <p>{t('gate.place_offline')}</p>}
				{!places && !error && <p>{t('common.loading')}</p>}
				{places?.length === 0 && <p>{t('gate.place_none')}</p>}
			</div>
			<ul class="cards">
				{places?.map((one) => (
					<li key={one.place}><button type="button" class="wide" onClick={() => choose(one)}>{one.name}</button></li>
				))}
			</ul>
		</section>
	);
}

function CheckScreen({ place, change, known, look, signOut }: {
	place: Place;
	change: () => void;
	known: ReturnType<typeof useKnown>;
	look: () => void;
	signOut: () => void;
}) {
	const [temperature, setTemperature] = useState('');
	const [fault, setFault] = useState<string | null>(null);
	const [text, setText] = useState('');
	const [scanning, setScanning] = useState(false);
	const [answer, setAnswer] = useState<Answer | null>(null);
	const [seen, setSeen] = useState<string | null>(null); /* by the camera, last */
	const [showing, setShowing] = useState(false); /* the place's own code */
	const field = useRef<HTMLInputElement>(null);
	/* A hand scanner types where the focus is. On a phone that would open the keyboard. */
	useEffect(() => {
		if (!answer && matchMedia('(hover: hover) and (pointer: fine)').matches)
			field.current?.focus({ preventScroll: true });
	}, [answer]);
	const { busy, error, run, clear } = useDoing();

	const decide = (code: string) => {
		const tenths = temperature.trim() ? readTemperature(temperature) : null;
		setScanning(false);
		setFault(temperature.trim() && tenths === null ? t('fault.temperature') : null);
		if (!code.trim() || (temperature.trim() && tenths === null))
			return;
		void run(async () => {
			setAnswer(await check(code.trim(), place, tenths, known));
			look();
		});
	};
	const decideTyped = (idNumber: string) => {
		const tenths = temperature.trim() ? readTemperature(temperature) : null;
		setScanning(false);
		setFault(temperature.trim() && tenths === null ? t('fault.temperature') : null);
		if (!(temperature.trim() && tenths === null))
			void run(async () => setAnswer(await checkTyped(idNumber, place, tenths)));
	};
	/* Who scanned goes on scanning. */
	const scanned = (code: string) => {
		setSeen(code);
		decide(code);
	};
	const next = () => {
		setAnswer(null);
		setTemperature('');
		setText('');
		setScanning(seen !== null);
		clear();
	};
	if (answer)
		return <VerdictScreen answer={answer} place={place} next={next} look={look} />;
	if (showing)
		return <PlaceCodeScreen place={place} leave={() => setShowing(false)} />;
	return (
		<section class="sheet gate">
			<p class="place"><strong>{place.name}</strong>
				<button type="button" class="plain" onClick={change}>{t('gate.place_change')}</button></p>
			<Heading take={false}>{t('gate.title')}</Heading>
			{error instanceof NoVerdict
				? <div class="problem" role="alert"><p>{t(error.key, { age: sayDuration(error.age_s) })}</p></div>
				: <ProblemLine error={error} />}
			<Temperature label={t('common.optional_label', { label: t('gate.temperature') })} value={temperature} change={setTemperature} fault={fault} />
			{scanning
				? <Camera found={scanned} but={seen} stop={() => {
					setScanning(false);
					setSeen(null);
				}} />
				: <button type="button" class="main scan" disabled={busy} onClick={() => setScanning(true)}>{t(busy ? 'gate.checking' : 'gate.scan')}</button>}
			<form onSubmit={(event) => {
				event.preventDefault();
				decide(text);
			}}>
				<Field label={t('gate.text')}>
					{(attributes) => (
						<input {...attributes} ref={field} class="code-text" autocomplete="off" autocapitalize="none" spellcheck={false} maxLength={4400}
							value={text} onInput={(event) => setText(event.currentTarget.value)} />
					)}
				</Field>
				<button type="submit" disabled={busy}>{t(busy ? 'gate.checking' : 'gate.check')}</button>
			</form>
			<Typed check={decideTyped} busy={busy} />
			<button type="button" class="wide" onClick={() => setShowing(true)}>{t('place_code.show')}</button>
			<button type="button" class="plain" onClick={signOut}>{t('common.sign_out')}</button>
		</section>
	);
}

/* For who has neither phone nor paper: the number on the ID card that they show. */
function Typed({ check, busy }: { check: (idNumber: string) => void; busy: boolean }) {
	const [idNumber, setIdNumber] = useState('');
	const [fault, setFault] = useState<string | null>(null);
	return (
		<details>
			<summary>{t('gate.typed')}</summary>
			<form noValidate onSubmit={(event) => {
				event.preventDefault();
				const found = idNumberFault(idNumber);
				setFault(found && t(found));
				if (!found)
					check(idNumber);
			}}>
				<p class="hint">{t('gate.no_phone')}</p>
				<Field label={t('field.id_number')} hint={t('gate.typed_hint')} fault={fault}>
					{(attributes) => (
						<input {...attributes} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={40} value={idNumber}
							onInput={(event) => setIdNumber(event.currentTarget.value)} />
					)}
				</Field>
				<button type="submit" disabled={busy}>{t(busy ? 'gate.checking' : 'gate.typed_check')}</button>
			</form>
		</details>
	);
}

const clockAt = (ms: number): string => sayClock(ms, `2000-01-01T00:00:00${serviceZone()}`);

/* What the phone shows now, for the guard to compare: a picture or a film of a code shows another time. */
function Compare({ card }: { card: boolean }) {
	useTick(500);
	return (
		<div class="verdict-compare">
			<p>{t('gate.compare', { clock: clockAt(serviceNow_ms()) })}</p>
			{card && <p>{t('gate.compare_card')}</p>}
		</div>
	);
}

/* Where the place needs a name: its end, or that none is known here. */
function Holder({ holder }: { holder: Answer['holder'] }) {
	if (!holder)
		return <p class="verdict-holder">{t('gate.holder_none')}</p>;
	return (
		<>
			{holder.name_end && <p class="verdict-card">{t('gate.name_end')} <strong>{holder.name_end}</strong></p>}
			{holder.id_number_end && <p class="verdict-card">{t('gate.card')} <strong>{holder.id_number_end}</strong></p>}
		</>
	);
}

function VerdictScreen({ answer, place, next, look }: { answer: Answer; place: Place; next: () => void; look: () => void }) {
	const [choosing, setChoosing] = useState(false);
	const [refused, setRefused] = useState<RefusalCause | null>(null);
	const [letIn, setLetIn] = useState(false);
	const onward = useRef<HTMLButtonElement>(null);
	useEffect(() => onward.current?.focus({ preventScroll: true }), [choosing]);
	const { busy, error, run } = useDoing();
	const record = (cause: RefusalCause) => void run(async () => {
		setLetIn(await refuse(answer, cause));
		setRefused(cause);
		setChoosing(false);
		look();
	});
	if (choosing)
		return (
			<section class="sheet">
				<Heading>{t('gate.refuse_title')}</Heading>
				<ProblemLine error={error} />
				<ul class="cards">
					{CAUSES.map((cause) => (
						<li key={cause}><button type="button" class="wide" disabled={busy} onClick={() => record(cause)}>{tOf('refusal', cause)}</button></li>
					))}
				</ul>
				<p class="hint">{t('refusal.note')}</p>
				<button type="button" onClick={() => setChoosing(false)}>{t('common.back')}</button>
			</section>
		);
	return (
		<section class={`verdict verdict-${answer.verdict}`} data-verdict={answer.verdict}>
			<div role="alert" class="verdict-said">
				<VerdictShape verdict={answer.verdict} />
				<h1>{t(`verdict.${answer.verdict}`)}</h1>
				<p class="verdict-cause">{answer.cause ? tOf('cause', answer.cause) : answer.colour && t(`colour.${answer.colour}`)}</p>
				{answer.card && <p class="verdict-card">{t('gate.card')} <strong>{answer.card}</strong></p>}
				{place.holder && answer.colour && answer.verdict !== 'refuse' && <Holder holder={answer.holder} />}
				<p class="verdict-act">{answer.act ? say(answer.act) : sayAct(answer)}</p>
				{answer.end && <p class="verdict-end">{t(`gate.end.${answer.end.do}`, { clock: clockAt(Date.parse(answer.end.by)) })}</p>}
				{answer.colour && answer.expires_ms && (
					<p>{t('gate.expires', { clock: clockAt(answer.expires_ms) })}</p>
				)}
			</div>
			{answer.verdict === 'pass' && answer.expires_ms && <Compare card={place.card} />}
			<p class="verdict-receipt">
				{answer.waiting && <>{t('gate.offline_verdict')} · {t('gate.receipt_later')}<br /></>}
				{t('gate.receipt', { receipt: answer.receipt })}
			</p>
			{refused && <p role="status" class="verdict-refused">{t('gate.refused', { cause: tOf('refusal', refused) })}{letIn && <><br />{t('gate.let_in')}</>}</p>}
			<div class="verdict-buttons">
				<button ref={onward} type="button" class="main" onClick={next}>{t('gate.next')}</button>
				{!refused && !place.care && <button type="button" onClick={() => setChoosing(true)}>{t('gate.refuse')}</button>}
			</div>
			<details class="receipt">
				<summary>{t('gate.receipt_show')}</summary>
				<p>{t('gate.receipt_text')}</p>
				<QrPicture text={answer.signed ?? answer.receipt} label={t('gate.receipt', { receipt: answer.receipt })} />
				<p class="receipt-number">{(answer.receipt.match(/.{1,4}/g) ?? []).join(' ')}</p>
				{!answer.signed && <p class="hint">{t('gate.receipt_unsigned')}</p>}
			</details>
		</section>
	);
}

installWorker();
render(<Page />, document.getElementById('page') as HTMLElement);
