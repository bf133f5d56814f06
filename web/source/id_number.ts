/* ID numbers as people write them (GB 11643): 18 digits, the older 15, a small x, stray spaces, full-width digits; or a
 * passport's. The service decides; this only finds a slip of the finger early. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

export const tidyIdNumber = (text: string): string =>
	text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();

export type IdNumberFault = 'id.short' | 'id.check_digit' | 'id.characters';

/* What is wrong with it, or null. */
export function idNumberFault(text: string): IdNumberFault | null {
	const number = tidyIdNumber(text);
	if (/[^A-Z0-9]/.test(number))
		return 'id.characters';
	if (/^\d{17}[\dX]$/.test(number)) {
		const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(number[i]), 0);
		return number[17] === '10X98765432'[sum % 11] ? null : 'id.check_digit';
	}
	if (/^\d{15}$/.test(number) || (/^[A-Z0-9]{5,17}$/.test(number) && /[A-Z]/.test(number)))
		return null;
	return /^\d{5,9}$/.test(number) ? null : 'id.short';
}
