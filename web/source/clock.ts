/* The service's time. A demo has a clock of its own, and phones are often wrong; so what a page shows and checks by is the
 * service's clock as it was last heard, kept for when there is no network. */

import { keep, recall } from './keep.ts';

const KEY = 'clock_offset_ms';
const ZONE = 'clock_zone';
let zone = recall<string>(ZONE) ?? 'Z';
let offset_ms = Number(recall<number>(KEY) ?? 0);

/* Take in that the service said ${now} to a question asked and answered at these moments of the device. */
export function learnTime(now: string, asked_ms: number, answered_ms: number): void {
	const said_ms = Date.parse(now);
	if (Number.isNaN(said_ms))
		return;
	const heard = /[+-]\d\d:\d\d$/.exec(now)?.[0] ?? 'Z';
	if (heard !== zone) {
		zone = heard;
		keep(ZONE, zone);
	}
	/* The service's times have whole seconds, so on average half a second has passed since the one it named. */
	const heard_ms = said_ms + 500 - (asked_ms + answered_ms) / 2;
	if (Math.abs(heard_ms - offset_ms) < 1000)
		return;
	offset_ms = heard_ms;
	keep(KEY, offset_ms);
}

/* The service's time now, milliseconds since 1970. */
export const serviceNow_ms = (): number => Date.now() + offset_ms;

/* The zone that the service writes times in: "+08:00". */
export const serviceZone = (): string => zone;

/* Today there, as a form's date: "2020-03-24". */
export function serviceToday(): string {
	const minutes = zone === 'Z' ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
	return new Date(serviceNow_ms() + minutes * 60000).toISOString().slice(0, 10);
}
