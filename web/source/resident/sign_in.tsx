/* Signing in: phone and ID number, then the one-time code that went to the phone. */

import { useState } from 'preact/hooks';
import { api, ProblemError } from '../api.ts';
import { idNumberFault, tidyIdNumber } from '../id_number.ts';
import { t, useLanguage } from '../language.ts';
import { Field, Heading, ProblemLine, useDoing } from '../parts.tsx';

export function SignIn({ known, leave, done }: {
	known: { phone: string; id_number: string };
	leave: () => void;
	done: () => void;
}) {
	useLanguage();
	const [phone, setPhone] = useState(known.phone);
	const [idNumber, setIdNumber] = useState(known.id_number);
	const [code, setCode] = useState('');
	const [valid_s, setValid] = useState<number | null>(null);
	const [faults, setFaults] = useState<{ phone?: string; id?: string; code?: string }>({});
	const { busy, error, run } = useDoing();

	const send = () => {
		const fault = idNumberFault(idNumber);
		const found = {
			...(phone.replace(/\D/g, '').length < 5 ? { phone: t('fault.phone') } : {}),
			...(fault ? { id: t(fault) } : {}),
		};
		setFaults(found);
		if (!Object.keys(found).length)
			void run(async () => setValid((await api.sendCode(phone.trim(), tidyIdNumber(idNumber))).valid_s));
	};
	const go = () => {
		const digits = code.normalize('NFKC').replace(/\s/g, '');
		setFaults(/^\d{6}$/.test(digits) ? {} : { code: t('fault.code') });
		if (!/^\d{6}$/.test(digits))
			return;
		void run(async () => {
			try {
				await api.signIn({ phone: phone.trim(), id_number: tidyIdNumber(idNumber), code: digits });
			} catch (problem) {
				if (problem instanceof ProblemError && problem.kind === 'sign-in-failed')
					setFaults({ code: t('sign_in.code_wrong') });
				throw problem;
			}
			done();
		});
	};

	if (valid_s === null)
		return (
			<form class="sheet" noValidate onSubmit={(event) => {
				event.preventDefault();
				send();
			}}>
				<Heading>{t('sign_in.title')}</Heading>
				<ProblemLine error={error} />
				<Field label={t('field.phone')} fault={faults.phone}>
					{(attributes) => (
						<input {...attributes} type="tel" autocomplete="tel" maxLength={24} value={phone}
							onInput={(event) => setPhone(event.currentTarget.value)} />
					)}
				</Field>
				<Field label={t('field.id_number')} hint={t('field.id_hint')} fault={faults.id}>
					{(attributes) => (
						<input {...attributes} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={40}
							value={idNumber} onInput={(event) => setIdNumber(event.currentTarget.value)} />
					)}
				</Field>
				<div class="buttons">
					<button type="button" onClick={leave}>{t('common.back')}</button>
					<button type="submit" class="main" disabled={busy}>{t(busy ? 'common.loading' : 'sign_in.send')}</button>
				</div>
			</form>
		);
	return (
		<form class="sheet" noValidate onSubmit={(event) => {
			event.preventDefault();
			go();
		}}>
			<Heading key="code">{t('sign_in.title')}</Heading>
			<p role="status">{t('sign_in.sent', { minutes: Math.floor(valid_s / 60) })}</p>
			{!faults.code && <ProblemLine error={error} />}
			<Field label={t('sign_in.code')} fault={faults.code}>
				{(attributes) => (
					<input {...attributes} class="digits" inputMode="numeric" autocomplete="one-time-code" maxLength={8} value={code}
						onInput={(event) => setCode(event.currentTarget.value)} />
				)}
			</Field>
			<button type="button" class="plain" disabled={busy} onClick={send}>{t('sign_in.again')}</button>
			<div class="buttons">
				<button type="button" onClick={() => setValid(null)}>{t('common.back')}</button>
				<button type="submit" class="main" disabled={busy}>{t(busy ? 'common.loading' : 'sign_in.go')}</button>
			</div>
		</form>
	);
}
