/* Whether the service answers, as the last question showed: a phone may have a network on which nobody answers. */

let reached = true;
const listeners = new Set<() => void>();

export const isReached = (): boolean => reached;

export function noteReached(now: boolean): void {
	if (now === reached)
		return;
	reached = now;
	for (const listener of listeners)
		listener();
}

/* Call ${listener} when that changes; what is returned ends it. */
export function onReach(listener: () => void): () => void {
	listeners.add(listener);
	return () => {
		listeners.delete(listener);
	};
}
