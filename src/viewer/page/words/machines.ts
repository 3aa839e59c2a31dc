/** The charts of this package, and what people call them. A machine of the host's own has no picture. */
export const chartNames: ReadonlyMap<string, string> = new Map([
  ['deviceCode', 'Device code'],
  ['authorizationCode', 'Authorization code'],
  ['clientCredentials', 'Client credentials'],
])

/** Whether a machine is one of this package, as far as its id tells. */
export function isOurs(machine: string): boolean {
  return chartNames.has(machine)
}

/** The states of the charts of this package. */
export const chartStates: ReadonlySet<string> = new Set(
  [
    'recalling idle requestingCode preparing requestingToken awaitingUser polling slowDown exchangingCode adopting',
    'authorized refreshing backingOff revoking forgetting revoked expired failed',
  ].flatMap((line) => line.split(' ')),
)
