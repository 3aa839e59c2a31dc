import { networkInterfaces } from 'node:os'

/** All addresses of this machine. */
export const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? [])

/** Whether this machine has ::1. */
export const hasIPv6 = addresses.some(({ address }) => address === '::1')
