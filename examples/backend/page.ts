import { createBackendClient } from 'oauth-machines/backend/client'
import { mount } from '../plain/mount.ts'
import { rootElement } from '../shared/root.ts'

// No secret, no token and no code comes to this page: the machine runs here, and what it asks for is done on the server.
const provider = { grant: 'authorization_code', name: 'SumUp POS Pro' } as const
const client = createBackendClient('/oauth', provider)

const { store }: { store: string | null } = await (await fetch('/store')).json()
if (store === null) document.querySelector('form')?.removeAttribute('hidden')
else mount(rootElement(), client.connect(store), provider.name)
