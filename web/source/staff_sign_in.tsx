/* Signing in as staff, by name and password. */

import { useState } from 'preact/hooks';
import { api, type Session } from './api.ts';
import { t } from './language.ts';
import { Field, Heading, ProblemLine, useDoing } from './parts.tsx';

export function StaffSignIn({ title, done }: { title: string; done: (session: Session) => void }) {
	const [user, setUser] = useState('');
	const [password, setPassword] = useState('');
	const { busy, error, run } = useDoing();
	return (
		<form class="sheet" noValidate onSubmit={(event) => {
			event.preventDefault();
			if (user.trim() && password)
				void run(async () => done(await api.signIn({ user: user.trim(), password })));
		}}>
			<Heading>{title}</Heading>
			<ProblemLine error={error} failed="sign_in.password_wrong" />
			<Field label={t('sign_in.user')}>
				{(attributes) => (
					<input {...attributes} autocomplete="username" autocapitalize="none" spellcheck={false} maxLength={64} value={user}
						onInput={(event) => setUser(event.currentTarget.value)} />
				)}
			</Field>
			<Field label={t('sign_in.password')}>
				{(attributes) => (
					<input {...attributes} type="password" autocomplete="current-password" maxLength={256} value={password}
						onInput={(event) => setPassword(event.currentTarget.value)} />
				)}
			</Field>
			<button type="submit" class="main" disabled={busy}>{t(busy ? 'common.loading' : 'sign_in.go')}</button>
		</form>
	);
}
