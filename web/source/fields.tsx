/* Parts of the forms about a person's health and places. */

import { useEffect, useState } from 'preact/hooks';
import { api, type DivisionList, type Symptom } from './api.ts';
import { Field } from './parts.tsx';
import { currentLanguage, say, t, tOf, type TextKey } from './language.ts';

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

/* A division's name with those above it, in the language's order; the code where it has none. */
export async function divisionName(division: string): Promise<string> {
	const levels = await levelsFor(division, 3).catch(() => []);
	const names = levels.flatMap(({ items, chosen }) => items.filter((one) => one.division === chosen).map((one) => say(one.name)));
	return !names.length ? division : currentLanguage() === 'zh' ? names.join('') : names.reverse().join(', ');
}

const LEVELS: TextKey[] = ['field.province', 'field.city', 'field.county'];

/* Whether a division holds another: 330000 holds 330106, and so does 330100. */
export const holds = (above: string, division: string): boolean =>
	above !== division && division.startsWith(above.replace(/(00)+$/, ''));

interface Level {
	items: Division[];
	chosen: string;
}

/* The lists to choose from and what is chosen in each, for a division that is chosen or "". Some provinces have counties and no
 * cities, so that the lists follow the parts that there are, not the digits. */
async function levelsFor(value: string, depth: number): Promise<Level[]> {
	const levels: Level[] = [];
	let parent: string | undefined;
	while (levels.length < depth) {
		const items = await divisionsOf(parent);
		if (!items.length)
			break;
		const chosen = items.find((one) => one.division === value || holds(one.division, value));
		levels.push({ items, chosen: chosen?.division ?? '' });
		if (!chosen?.has_parts)
			break;
		parent = chosen.division;
	}
	return levels;
}

/* Province, city, county, one after the other. ${change} gets the deepest that is chosen, and whether it is deep enough. */
export function DivisionChoice({ value, change, depth = 3, fault }: {
	value: string;
	change: (division: string, complete: boolean) => void;
	depth?: number;
	fault?: string | null;
}) {
	const [levels, setLevels] = useState<Level[]>([]);
	useEffect(() => {
		let here = true;
		levelsFor(value, depth).then((found) => {
			if (!here)
				return;
			setLevels(found);
			/* The parts of the last one turned out to be none. */
			const last = found.at(-1);
			if (value && last?.chosen === value)
				change(value, true);
		}, () => undefined);
		return () => {
			here = false;
		};
	}, [value, depth]);
	const choose = (level: number, division: string) => change(division || levels[level - 1]?.chosen || '', false);
	const shown = levels.length ? levels : [{ items: [], chosen: '' }];
	return (
		<>
			{shown.map(({ items, chosen }, level) => (
				<Field key={level} label={t(LEVELS[level] as TextKey)} fault={level === shown.length - 1 ? fault : null}>
					{(attributes) => (
						<select {...attributes} value={chosen} onChange={(event) => choose(level, event.currentTarget.value)}>
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
