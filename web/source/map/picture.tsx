/* The places as circles on an empty ground with a scale: no map of anybody else is asked for. */

import type { CaseMap } from '../api.ts';
import { t } from '../language.ts';

type Place = CaseMap['places'][number];
type Positioned = Place & { latitude: number; longitude: number };

const WIDTH = 320;
const HEIGHT = 240;
const EDGE = 24;
const KM_A_DEGREE = 111.19;
const LEAST_DEGREES = 0.02; /* a place alone is drawn in two kilometres around it */

const isPositioned = (place: Place): place is Positioned => place.latitude !== null && place.longitude !== null;

/* The longest of 1, 2, 5, 10, ... kilometres that is at most a third as wide as the picture. */
export function scaleOf(degrees_a_unit: number): number {
	const most = (WIDTH / 3) * degrees_a_unit * KM_A_DEGREE;
	const power = 10 ** Math.floor(Math.log10(most));
	return [5, 2, 1].map((factor) => factor * power).find((km) => km <= most) ?? power;
}

export function Picture({ places }: { places: Place[] }) {
	const shown = places.filter(isPositioned);
	if (!shown.length)
		return null;
	const north = Math.max(...shown.map((one) => one.latitude));
	const south = Math.min(...shown.map((one) => one.latitude));
	const east = Math.max(...shown.map((one) => one.longitude));
	const west = Math.min(...shown.map((one) => one.longitude));
	const shrink = Math.max(Math.cos(((north + south) / 2) * (Math.PI / 180)), 0.01);
	const unit = Math.max(((east - west) * shrink) / (WIDTH - 2 * EDGE), (north - south) / (HEIGHT - 3 * EDGE), LEAST_DEGREES / HEIGHT);
	const km = scaleOf(unit);
	return (
		<svg class="map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('map.picture', { n: shown.length })}>
			{shown.map((place, i) => (
				<circle key={i} r={4 + 2 * Math.sqrt(place.cases)}
					cx={WIDTH / 2 + ((place.longitude - (east + west) / 2) * shrink) / unit}
					cy={(HEIGHT - EDGE) / 2 - (place.latitude - (north + south) / 2) / unit} />
			))}
			<line x1={EDGE} x2={EDGE + km / KM_A_DEGREE / unit} y1={HEIGHT - 10} y2={HEIGHT - 10} />
			<text x={EDGE} y={HEIGHT - 16}>{t('map.scale', { km })}</text>
		</svg>
	);
}
