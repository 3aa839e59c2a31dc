/** The names that this machine has for itself: what may be sent a key or a prompt. */
const names = ['127.0.0.1', 'localhost', '[::1]']

/** Whether a URL leads to this machine, by one of these protocols. */
export function isHere({ protocol, hostname }: URL, ...protocols: readonly string[]): boolean {
  return protocols.includes(protocol) && names.includes(hostname)
}
