/** Such as no server has issued; as long as a verifier must be. @see RFC 7636 §4.1 */
export const INVENTED = 'invented-by-oauth-machines-probe-0000000000'

/** What a question learns where it was asked by a client that the server does not know. */
export const CLIENT_REFUSED = 'Nothing: the client itself is refused. Check the client id and the secret.'
