import { createBackendClient } from '../../../src/backend/client/index.ts'

const client = createBackendClient('/oauth', { grant: 'authorization_code', name: 'SumUp POS Pro' })
export const store = client.connect(document.body.dataset.store ?? '')

const buttons = {
  connect: { type: 'authorization.start' },
  cancel: { type: 'authorization.cancel' },
  disconnect: { type: 'token.revoke' },
} as const

for (const [id, event] of Object.entries(buttons))
  document.getElementById(id)?.addEventListener('click', () => store.send(event))

store.actor.subscribe(show)
show()

function show(): void {
  const snapshot = store.actor.getSnapshot()
  const { prompt } = snapshot.context
  const status = document.getElementById('status')
  if (status) status.textContent = words()
  const link = document.getElementById('link')
  if (link instanceof HTMLAnchorElement) {
    link.hidden = prompt?.kind !== 'redirect'
    link.href = prompt?.kind === 'redirect' ? prompt.url.open() : ''
  }
  for (const [id, event] of Object.entries(buttons))
    document.getElementById(id)?.toggleAttribute('disabled', !snapshot.can(event))
}

function words(): string {
  const snapshot = store.actor.getSnapshot()
  const { prompt, failure } = snapshot.context
  if (snapshot.hasTag('connected')) return 'Connected.'
  if (prompt) return 'Log in at SumUp POS Pro.'
  if (failure) return failure.message
  return snapshot.hasTag('pending') ? 'Please wait.' : 'Not connected.'
}
