/* Parts of the forms about a person's health and places. */

import { useEffect, useState } from 'preact/hooks';
import { api, type DivisionList, type Symptom } from './api.ts';
import { Field } from './parts.tsx';
import { say, t, tOf, type TextKey } from './language.ts';

export const SYMPTOMS: readonly Symptom[] = [
	'fever', 'cough', 'fatigue', 'breathlessness', 'sore_throat', 'vomiting_or_diarrhoea', 'chest_pain', 'conjunctivitis', 'other',
];

export function SymptomBoxes({ value, change }: { value: Symptom[]; change: (value: Symptom[]) => void }) {
	const turn = (symptom: Symptom) =>
		change(value.includes(symptom) ? value.filter((one) => one !== symptom) : [...value, symptom]);
	return (
		<fieldset class="choice">
			<legend>{t('field.symptoms')}</legend>
			<div class="choice-grid">
				{SYMPTOMS.map((symptom) => (
					<label key={symptom} class="option">
						<input type="checkbox" checked={value.includes(symptom)} onChange={() => turn(symptom)} />
						<span>{tOf('symptom', symptom)}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

type Division = DivisionList['items'][number];
const lists = new Map<string, Promise<Division[]>>();

/* The provinces, or the parts of a division; asked for once. */
export function divisionsOf(parent?: string): Promise<Division[]> {
	const key = parent ?? '';
	let list = lists.get(key);
	if (!list) {
		list = api.divisions(parent).then((answer) => answer.items);
		list.catch(() => lists.delete(key));
		lists.set(key, list);
	}
	return list;
}

/* A division's name, from its province down to it; the code where it has none. */
export async function divisionName(division: string): Promise<string> {
	const steps = [`${division.slice(0, 2)}0000`, `${division.slice(0, 4)}00`, division];
	const names: string[] = [];
	let parent: string | undefined;
	for (const step of steps.filter((one, i) => steps.indexOf(one) === i)) {
		const found = (await divisionsOf(parent).catch(() => [])).find((one) => one.division === step);
		if (found)
			names.push(say(found.name));
		parent = step;
	}
	return names.length ? names.join(' ') : division;
}

const LEVELS: TextKey[] = ['field.province', 'field.city', 'field.county'];

/* Province, city, county, one after the other. ${change} gets the deepest that is chosen; ${depth} is how far one must go. */
export function DivisionChoice({ value, change, depth = 3, fault }: {
	value: string;
	change: (division: string, complete: boolean) => void;
	depth?: number;
	fault?: string | null;
}) {
	const chosen = value
		? [`${value.slice(0, 2)}0000`, `${value.slice(0, 4)}00`, value].filter((one, i, all) => all.indexOf(one) === i)
		: [];
	const [levels, setLevels] = useState<Division[][]>([]);
	useEffect(() => {
		let here = true;
		(async () => {
			const found: Division[][] = [];
			for (let level = 0; level < depth; level++) {
				const parent = level === 0 ? undefined : chosen[level - 1];
				if (level > 0 && (!parent || !found[level - 1]?.find((one) => one.division === parent)?.has_parts))
					break;
				found.push(await divisionsOf(parent));
			}
			if (here)
				setLevels(found);
		})().catch(() => undefined);
		return () => {
			here = false;
		};
	}, [value, depth]);

	const choose = (level: number, division: string) => {
		const next = division || chosen[level - 1] || '';
		const item = levels[level]?.find((one) => one.division === division);
		change(next, Boolean(item && (!item.has_parts || level + 1 >= depth)));
	};
	return (
		<>
			{(levels.length ? levels : [[]]).map((items, level) => (
				<Field key={level} label={t(LEVELS[level] as TextKey)} fault={level === Math.max(0, levels.length - 1) ? fault : null}>
					{(attributes) => (
						<select {...attributes} value={chosen[level] ?? ''} onChange={(event) => choose(level, event.currentTarget.value)}>
							<option value="">{t('common.choose')}</option>
							{items.map((item) => (
								<option key={item.division} value={item.division}>{say(item.name)}</option>
							))}
						</select>
					)}
				</Field>
			))}
		</>
	);
}
