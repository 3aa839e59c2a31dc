import type { Client, Connection, Grant } from 'oauth-machines'
import { waitFor } from 'xstate'

/** How long a demonstration may wait for anything, in milliseconds. */
const patience = { timeout: 35_000 }

type Connected<G extends Grant> = ReturnType<Client<G>['connect']>

/** A till: shows the user code, asks for a new one when nobody came, renews its token, disconnects. */
export async function runTill(till: Connected<'device_code'>): Promise<void> {
  till.send({ type: 'authorization.start' })
  await waitFor(till.actor, (snapshot) => snapshot.matches('expired'), patience)
  till.send({ type: 'authorization.start' })
  await waitFor(till.actor, (snapshot) => snapshot.matches('authorized'), patience)
  await renewed(till)
  till.send({ type: 'token.revoke' })
  await waitFor(till.actor, (snapshot) => snapshot.matches('revoked'), patience)
}

/** A back office: sends the merchant's browser to log in, and gets the redirect by its own route. */
export async function runBackOffice(office: Connected<'authorization_code'>): Promise<void> {
  office.send({ type: 'authorization.start', binding: 'session of this browser' })
  await waitFor(office.actor, (snapshot) => snapshot.matches('authorized'), patience)
  await renewed(office)
  office.send({ type: 'token.revoke' })
  await waitFor(office.actor, (snapshot) => snapshot.matches('revoked'), patience)
}

/** A service: just asks for a token, nobody is needed. */
export async function runService(service: Connected<'client_credentials'>): Promise<void> {
  await service.accessToken({ timeout: 10_000 })
  await renewed(service)
  service.send({ type: 'token.revoke' })
  await waitFor(service.actor, (snapshot) => snapshot.matches('revoked'), patience)
}

/** The token is renewed by itself before it ends; a program only ever asks for one. */
async function renewed(connection: Connection): Promise<void> {
  const first = connection.actor.getSnapshot().context.token?.generation ?? 0
  await new Promise<void>((resolve) => {
    const listening = connection.on('token.changed', ({ token }) => {
      if ((token?.generation ?? 0) <= first) return
      listening.unsubscribe()
      resolve()
    })
  })
  await connection.accessToken({ timeout: 10_000 })
}
