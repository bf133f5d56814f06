/* What people read, in Chinese and English. The texts are in texts/zh.json and texts/en.json under the same keys. */

import { useSyncExternalStore } from 'preact/compat';
import type { Text } from './api.ts';
import { keep, recall } from './keep.ts';
import en from './texts/en.json';
import zh from './texts/zh.json';

export type Language = 'zh' | 'en';
export type TextKey = keyof typeof en;

const texts: Record<Language, Record<TextKey, string>> = { zh, en };
const listeners = new Set<() => void>();
let language: Language = recall<Language>('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');

function announce(): void {
	document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
	for (const listener of listeners)
		listener();
}

export function setLanguage(next: Language): void {
	language = next;
	keep('language', next);
	announce();
}

const subscribe = (listener: () => void) => {
	listeners.add(listener);
	return () => {
		listeners.delete(listener);
	};
};

/* The language of the page; a component that calls this is drawn again when it changes. */
export const useLanguage = (): Language => useSyncExternalStore(subscribe, () => language);

export const currentLanguage = (): Language => language;

/* The text of ${key}, with {name} replaced. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
	return texts[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/* A text that depends on a value of a closed list, such as a cause; the value itself where a newer service names one
 * that this page does not know. */
export function tOf(beginning: string, value: string): string {
	const key = `${beginning}.${value}`;
	return key in texts[language] ? t(key as TextKey) : value;
}

export const say = (text: Text): string => text[language] || text.zh || text.en;

/* Times in the zone that the service wrote them in: the clock on the wall there, whatever the phone's zone is. */
const ZONE = /([+-]\d\d:\d\d|Z)$/;

function wall(time: string): { at: Date; zone: string } | null {
	const found = ZONE.exec(time);
	const ms = Date.parse(time);
	if (!found || Number.isNaN(ms))
		return null;
	const offset = found[1] === 'Z' ? '+00:00' : (found[1] as string);
	const minutes = (offset[0] === '-' ? -1 : 1) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4)));
	return { at: new Date(ms + minutes * 60000), zone: offset };
}

const locale = () => (language === 'zh' ? 'zh-CN' : 'en-GB');

/* "3 March, 08:15" */
export function sayTime(time: string): string {
	const there = wall(time);
	if (!there)
		return time;
	return new Intl.DateTimeFormat(locale(), {
		month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'UTC',
	}).format(there.at);
}

/* "3 March 2020" */
export function sayDay(time: string): string {
	const day = /^\d{4}-\d\d-\d\d$/.test(time) ? new Date(`${time}T00:00:00Z`) : wall(time)?.at;
	if (!day || Number.isNaN(day.getTime()))
		return time;
	return new Intl.DateTimeFormat(locale(), { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' }).format(day);
}

/* The hour with seconds, in the zone of ${zoneOf}. */
export function sayClock(now_ms: number, zoneOf: string): string {
	const there = wall(zoneOf);
	const minutes = there ? (there.at.getTime() - Date.parse(zoneOf)) / 60000 : 0;
	return new Date(now_ms + minutes * 60000).toISOString().slice(11, 19);
}

export function sayDayOf(now_ms: number, zoneOf: string): string {
	const there = wall(zoneOf);
	const minutes = there ? (there.at.getTime() - Date.parse(zoneOf)) / 60000 : 0;
	return sayDay(`${new Date(now_ms + minutes * 60000).toISOString().slice(0, 10)}`);
}

/* "3 hours", "2 days" */
export function sayDuration(seconds: number): string {
	const [amount, unit] = seconds < 120 ? [seconds, 'second'] : seconds < 7200 ? [seconds / 60, 'minute'] :
		seconds < 172800 ? [seconds / 3600, 'hour'] : [seconds / 86400, 'day'];
	return new Intl.NumberFormat(locale(), { style: 'unit', unit: unit as string, unitDisplay: 'long' })
		.format(Math.floor(amount as number));
}

announce();
