/* Parts that both pages are made of: frame, banners, fields, problems. */

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { api, OfflineError, ProblemError, type Service } from './api.ts';
import { keep, recall } from './keep.ts';
import { isReached, onReach } from './reach.ts';
import { setLanguage, t, type TextKey, tOf, useLanguage } from './language.ts';

/* Whether there is a network, as the browser believes and as the last question showed. */
export function useOnline(): boolean {
	const now = () => navigator.onLine && isReached();
	const [online, setOnline] = useState(now);
	useEffect(() => {
		const look = () => setOnline(now());
		addEventListener('online', look);
		addEventListener('offline', look);
		const leave = onReach(look);
		look();
		return () => {
			leave();
			removeEventListener('online', look);
			removeEventListener('offline', look);
		};
	}, []);
	return online;
}

/* The service's facts, the last known where it cannot be asked. */
export function useService(): Service | null {
	const [service, setService] = useState<Service | null>(recall<Service>('service') ?? null);
	useEffect(() => {
		api.service().then((fresh) => {
			keep('service', fresh);
			setService(fresh);
		}, () => undefined);
	}, []);
	return service;
}

/* Now, as the device counts it, drawn again each ${step_ms}. */
export function useTick(step_ms: number): void {
	const [, setCount] = useState(0);
	useEffect(() => {
		const timer = setInterval(() => setCount((count) => count + 1), step_ms);
		return () => clearInterval(timer);
	}, [step_ms]);
}

function applyType(large: boolean): void {
	document.documentElement.classList.toggle('large', large);
}
applyType(recall<boolean>('large_type') ?? false);

/* The page around its content: name, language, size of type, banners. */
export function Frame({ title, service, offline = 'banner.offline', children, foot }: {
	title: string;
	offline?: TextKey;
	service: Service | null;
	children: ComponentChildren;
	foot?: ComponentChildren;
}) {
	const language = useLanguage();
	const online = useOnline();
	const [large, setLarge] = useState(recall<boolean>('large_type') ?? false);
	useEffect(() => {
		document.title = title;
	}, [title]);
	const changeType = () => {
		keep('large_type', !large);
		applyType(!large);
		setLarge(!large);
	};
	return (
		<>
			<header>
				<div class="top">
					<span class="top-name">{title}</span>
					<button type="button" class="plain" aria-pressed={large} onClick={changeType}>
						{t(large ? 'type.normal' : 'type.large')}
					</button>
					<button type="button" class="plain" lang={language === 'zh' ? 'en' : 'zh-Hans'}
						onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}>
						{t('language.other')}
					</button>
				</div>
				{service?.demo && <p class="banner banner-demo">{t('banner.demo')}</p>}
				<div role="status">{!online && <p class="banner banner-offline">{t(offline)}</p>}</div>
			</header>
			<main>{children}</main>
			{foot}
		</>
	);
}

/* A heading that takes the focus when it appears, so that a screen reader begins there after a step. */
export function Heading({ children, take = true }: { children: ComponentChildren; take?: boolean }) {
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		if (take)
			heading.current?.focus({ preventScroll: true });
		if (take)
			scrollTo(0, 0);
	}, []);
	return <h1 ref={heading} tabIndex={-1}>{children}</h1>;
}

/* What a failure says to people. */
export function sayProblem(error: unknown, failed?: TextKey): string {
	if (error instanceof OfflineError)
		return t('problem.offline');
	if (error instanceof ProblemError) {
		if (error.kind === 'too-many-requests')
			return t('problem.too-many-requests', { seconds: error.retryAfter_s || 60 });
		if (failed && error.kind === 'sign-in-failed')
			return t(failed);
		const said = tOf('problem', error.kind);
		return said === error.kind ? t('problem.other', { kind: error.kind }) : said;
	}
	return t('problem.other', { kind: String(error) });
}

/* Why a code that was scanned does not count, or null where that is not what failed. */
export function sayCodeFault(error: unknown): string | null {
	if (!(error instanceof ProblemError))
		return null;
	const reason = error.problem.errors?.find((one) => one.pointer === '/code')?.reason;
	if (!reason)
		return null;
	const said = tOf('place_code.cause', reason);
	return said === reason ? t('place_code.cause.other') : said;
}

/* ${failed}: what a failed signing in is called here. */
export function ProblemLine({ error, retry, failed }: { error: unknown; retry?: () => void; failed?: TextKey }) {
	if (!error)
		return null;
	return (
		<div class="problem" role="alert">
			<p>{sayProblem(error, failed)}</p>
			{retry && <button type="button" onClick={retry}>{t('common.retry')}</button>}
		</div>
	);
}

/* A labelled field with its hint and its fault. */
export function Field({ label, hint, fault, children }: {
	label: string;
	hint?: string;
	fault?: string | null;
	children: (attributes: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }) => ComponentChildren;
}) {
	const id = useId();
	const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
	return (
		<div class="field">
			<label for={id}>{label}</label>
			{hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
			{children({ id, 'aria-invalid': Boolean(fault), 'aria-describedby': described })}
			{fault && <p class="fault" id={`${id}-fault`}>{fault}</p>}
		</div>
	);
}

/* One of a few, as large buttons. */
export function Choice<Value extends string>({ legend, values, value, say, choose, fault }: {
	legend: string;
	values: readonly Value[];
	value: Value | null;
	say: (value: Value) => string;
	choose: (value: Value) => void;
	fault?: string | null;
}) {
	const name = useId();
	return (
		<fieldset class="choice" aria-invalid={Boolean(fault)}>
			<legend>{legend}</legend>
			<div class="choice-row">
				{values.map((one) => (
					<label key={one} class="option">
						<input type="radio" name={name} checked={value === one} onChange={() => choose(one)} />
						<span>{say(one)}</span>
					</label>
				))}
			</div>
			{fault && <p class="fault">{fault}</p>}
		</fieldset>
	);
}

export const yesNo = (value: boolean | null): 'yes' | 'no' | null => (value === null ? null : value ? 'yes' : 'no');
export const sayYesNo = (value: 'yes' | 'no'): string => t(`common.${value}` as TextKey);

/* A temperature with a step each way: a number is hard to type with cold hands. */
export function Temperature({ label, value, change, fault }: {
	label: string;
	value: string;
	change: (value: string) => void;
	fault?: string | null;
}) {
	const step = (tenths: number) => {
		const now = Math.round(Number(value || '36.5') * 10);
		change(((Number.isFinite(now) && value ? now + tenths : 365) / 10).toFixed(1));
	};
	return (
		<Field label={label} fault={fault}>
			{(attributes) => (
				<div class="stepper">
					<button type="button" aria-label={t('checkin.less')} onClick={() => step(-1)}>−</button>
					<input {...attributes} inputMode="decimal" autocomplete="off" maxLength={5} value={value}
						onInput={(event) => change(event.currentTarget.value)} />
					<button type="button" aria-label={t('checkin.more')} onClick={() => step(1)}>+</button>
				</div>
			)}
		</Field>
	);
}

/* A typed temperature in tenths of a degree; null where it is none. */
export function readTemperature(text: string): number | null {
	const tidy = text.normalize('NFKC').trim().replace(',', '.');
	if (!/^\d{2}(\.\d)?$/.test(tidy))
		return null;
	const tenths = Math.round(Number(tidy) * 10);
	return tenths >= 300 && tenths <= 450 ? tenths : null;
}

/* Do something that may fail: what it waits for, and what went wrong. */
export function useDoing(): { busy: boolean; error: unknown; run: (work: () => Promise<void>) => Promise<void>; clear: () => void } {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const run = async (work: () => Promise<void>) => {
		setBusy(true);
		setError(null);
		try {
			await work();
		} catch (problem) {
			setError(problem);
		} finally {
			setBusy(false);
		}
	};
	return { busy, error, run, clear: () => setError(null) };
}
