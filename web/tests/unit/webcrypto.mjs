// What stands in for isomorphic-webcrypto, which brings a phone's toolkit along: Node's own.
export default globalThis.crypto;
