/* The residents' page. Which screen is shown stands after the # of the address. */

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, OfflineError, type Me, ProblemError } from '../api.ts';
import { installWorker } from '../install.ts';
import { forget, keep, recall } from '../keep.ts';
import { say, t, type TextKey, useLanguage } from '../language.ts';
import { Frame, Heading, ProblemLine, useService } from '../parts.tsx';
import { Apply } from './apply.tsx';
import { CheckinScreen } from './checkin.tsx';
import { CodeScreen, Waiting } from './code.tsx';
import { JourneyScreen } from './journey.tsx';
import { may, OutsideMandate } from './mandates.tsx';
import { DataScreen, FamilyScreen, TravelScreen } from './pages.tsx';
import { ReasonsScreen } from './reasons.tsx';
import { SignIn } from './sign_in.tsx';

const TABS = ['code', 'checkin', 'family', 'travel', 'data'] as const;

function useScreen(): [string, (screen: string) => void] {
	const read = () => location.hash.replace(/^#\/?/, '');
	const [screen, setScreen] = useState(read);
	useEffect(() => {
		const look = () => setScreen(read());
		addEventListener('hashchange', look);
		look(); /* it may have changed between the first drawing and this */
		return () => removeEventListener('hashchange', look);
	}, []);
	return [screen, (next) => {
		location.hash = `/${next}`;
	}];
}

/* The people I act for: null while it is not known, 'nobody' where nobody is signed in. */
function useMe() {
	const [me, setMe] = useState<Me | 'nobody' | null>(recall<Me>('me.people') ?? null);
	const [error, setError] = useState<unknown>(null);
	const nobody = () => {
		forget('me.');
		setMe('nobody');
	};
	const load = async () => {
		setError(null);
		try {
			const fresh = await api.me();
			keep('me.people', fresh);
			setMe(fresh);
		} catch (problem) {
			if (problem instanceof ProblemError && (problem.kind === 'sign-in-needed' || problem.kind === 'forbidden'))
				nobody();
			else if (!(problem instanceof OfflineError && recall<Me>('me.people')))
				setError(problem);
		}
	};
	useEffect(() => {
		void load();
		addEventListener('online', load);
		return () => removeEventListener('online', load);
	}, []);
	return { me, error, load, nobody };
}

function Page() {
	useLanguage();
	const service = useService();
	const [screen, go] = useScreen();
	const { me, error, load, nobody } = useMe();
	const [known, setKnown] = useState({ phone: '', id_number: '' });

	if (me === null)
		return (
			<Frame title={t('app.name')} service={service}>
				<section class="sheet">
					<Heading take={false}>{t('app.name')}</Heading>
					{error ? <ProblemLine error={error} retry={load} /> : <p role="status">{t('common.loading')}</p>}
				</section>
			</Frame>
		);
	if (me === 'nobody')
		return (
			<Frame title={t('app.name')} service={service}>
				{screen === 'apply' ? (
					<Apply leave={() => go('')} done={(form) => {
						setKnown(form);
						go('sign-in');
					}} />
				) : screen === 'sign-in' ? (
					<SignIn known={known} leave={() => go('')} done={() => void load().then(() => go('code'))} />
				) : <Welcome go={go} />}
			</Frame>
		);
	const signOut = async () => {
		await api.signOut().catch(() => undefined);
		nobody();
		go('');
	};
	return <SignedIn me={me} service={service} screen={screen} go={go} load={load} nobody={nobody} signOut={signOut} />;
}

function Welcome({ go }: { go: (screen: string) => void }) {
	return (
		<section class="sheet welcome">
			<Heading take={false}>{t('welcome.title')}</Heading>
			<p>{t('welcome.text')}</p>
			<button type="button" class="main" onClick={() => go('apply')}>{t('welcome.apply')}</button>
			<button type="button" class="main second" onClick={() => go('sign-in')}>{t('welcome.sign_in')}</button>
			<p class="hint">{t('welcome.family')}</p>
			<p><a href="/map">{t('welcome.map')}</a></p>
			<p><a href="/gate">{t('welcome.gate')}</a></p>
		</section>
	);
}

function SignedIn({ me, service, screen, go, load, nobody, signOut }: {
	me: Me;
	service: ReturnType<typeof useService>;
	screen: string;
	go: (screen: string) => void;
	load: () => Promise<void>;
	nobody: () => void;
	signOut: () => void;
}) {
	const [wanted, setWanted] = useState(recall<string>('me.shown') ?? 'self');
	const [where, setWhere] = useState<Record<string, string>>(recall('me.shown_where') ?? {});
	const person = me.people.find((one) => one.person === wanted) ?? me.people[0];
	if (!person)
		return (
			<Frame title={t('app.name')} service={service}>
				<section class="sheet">
					<Heading take={false}>{t('state.none.title')}</Heading>
					<p>{t('state.none.text')}</p>
					<button type="button" onClick={signOut}>{t('common.sign_out')}</button>
				</section>
			</Frame>
		);
	const jurisdiction = person.jurisdictions.find((one) => one.jurisdiction === where[person.person])?.jurisdiction ??
		person.jurisdictions[0]?.jurisdiction;
	const choose = (one: string) => {
		keep('me.shown', one);
		setWanted(one);
	};
	const chooseWhere = (one: string) => {
		const next = { ...where, [person.person]: one };
		keep('me.shown_where', next);
		setWhere(next);
	};
	const tab = TABS.find((one) => screen === one) ?? (screen === 'journey' ? 'travel' : 'code');
	const title = t('app.name');
	const foot = (
		<nav class="tabs">
			{TABS.map((one) => (
				<a key={one} href={`#/${one}`} aria-current={tab === one && screen !== 'add' ? 'page' : undefined}>
					<TabIcon name={one} />
					<span>{t(`nav.${one}` as TextKey)}</span>
				</a>
			))}
		</nav>
	);
	const switches = (
		<div class="switches">
			{me.people.length > 1 && (
				<select aria-label={t('nav.family')} value={person.person} onChange={(event) => choose(event.currentTarget.value)}>
					{me.people.map((one) => <option key={one.person} value={one.person}>{one.name || t('relation.self')}</option>)}
				</select>
			)}
			{person.jurisdictions.length > 1 && (
				<select aria-label={t('field.jurisdiction')} value={jurisdiction} onChange={(event) => chooseWhere(event.currentTarget.value)}>
					{person.jurisdictions.map((one) => <option key={one.jurisdiction} value={one.jurisdiction}>{say(one.name)}</option>)}
				</select>
			)}
		</div>
	);
	return (
		<Frame title={title} service={service} foot={foot}>
			{screen === 'add' ? (
				<Apply family leave={() => go('family')} done={() => void load().then(() => go('family'))} />
			) : screen === 'reasons' && jurisdiction && may(person, 'complaint') ? (
				<ReasonsScreen person={person.person} jurisdiction={jurisdiction} leave={() => go('code')} />
			) : screen === 'journey' && person.voucher === 'confirmed' && may(person, 'travel_card') ? (
				<JourneyScreen key={person.person} person={person} leave={() => go('travel')} />
			) : tab === 'checkin' ? (
				<CheckinScreen me={me} person={person.person} choose={choose} done={() => void load()} />
			) : tab === 'family' ? (
				<FamilyScreen me={me} add={() => go('add')} changed={() => void load()} show={(one) => {
					choose(one);
					go('code');
				}} />
			) : tab === 'travel' ? (
				<>{switches}{may(person, 'travel_card') ? <TravelScreen person={person} openJourney={() => go('journey')} /> : <OutsideMandate />}</>
			) : tab === 'data' ? (
				<>{switches}<DataScreen person={person} signOut={signOut} /></>
			) : (
				<>
					{switches}
					{person.voucher !== 'confirmed' ? (
						<Unconfirmed state={person.voucher} load={load} />
					) : !may(person, 'code') ? (
						<OutsideMandate />
					) : !jurisdiction ? (
						<section class="sheet"><h1>{t('state.none.title')}</h1><p>{t('state.none.text')}</p></section>
					) : (
						<CodeScreen key={`${person.person} ${jurisdiction}`} person={person} jurisdiction={jurisdiction}
							openReasons={may(person, 'complaint') ? () => go('reasons') : undefined} signIn={nobody} />
					)}
				</>
			)}
		</Frame>
	);
}

const LOOK_AGAIN_MS = 10000;

/* Looks now and then whether somebody has confirmed. */
function Unconfirmed({ state, load }: { state: 'awaiting' | 'frozen'; load: () => Promise<void> }) {
	useEffect(() => {
		const timer = setInterval(() => {
			if (document.visibilityState === 'visible')
				void load();
		}, LOOK_AGAIN_MS);
		return () => clearInterval(timer);
	}, []);
	return <Waiting state={state} />;
}

const ICONS: Record<(typeof TABS)[number], string> = {
	code: 'M3 3h7v7H3z M14 3h7v7h-7z M3 14h7v7H3z M14 14h3v3h-3z M18 18h3v3h-3z',
	checkin: 'M4 12l5 5L20 6',
	family: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M17 11a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M2 20c0-4 3-6 6-6s6 2 6 6 M15 14c3-.5 6 1.500 6 5',
	travel: 'M12 21s7-6.500 7-12a7 7 0 0 0-14 0c0 5.500 7 12 7 12z M12 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
	data: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
};

function TabIcon({ name }: { name: (typeof TABS)[number] }) {
	return <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[name]} /></svg>;
}

installWorker();
render(<Page />, document.getElementById('page') as HTMLElement);
