/* The countries and regions of ISO 3166-1, named by the browser: those where people live, but for what is chosen by
 * province. */

import { currentLanguage } from './language.ts';

const CODES = 'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG ' +
	'CH CI CK CL CM CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM ' +
	'GN GP GQ GR GT GU GW GY HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK ' +
	'LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA ' +
	'PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD ' +
	'TG TH TJ TK TL TM TN TO TR TT TV TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW';

const locale = () => (currentLanguage() === 'zh' ? 'zh-Hans-CN' : 'en-GB');

/* A country's name in the language of the page; the code where the browser knows none. */
export function countryName(code: string): string {
	try {
		return new Intl.DisplayNames(locale(), { type: 'region' }).of(code) ?? code;
	} catch {
		return code;
	}
}

/* Codes with names, by name. */
export function countries(): [string, string][] {
	const { compare } = new Intl.Collator(locale());
	return CODES.split(' ').map((code): [string, string] => [code, countryName(code)]).sort(([, a], [, b]) => compare(a, b));
}
