/* What the stock reader's test uses of a package that brings no types. */
declare module '@pathcheck/dcc-sdk' {
	export function addCachedKeys(keys: Record<string, string>): void;
	export function debug(text: string): Promise<{ tag: number }>;
	export function unpackAndVerify(text: string): Promise<{ status: string; contents: Map<number, unknown> }>;
}
