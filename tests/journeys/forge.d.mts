/** Each makes of a good code's text one that must not count. */
export const forge: Record<'forged' | 're-signed' | 'trailing-byte' | 'oversize-deflate' | 'alg-swapped', (text: string) => string>;
