import { misconfigured } from '../failure.ts'
import { plain } from '../plain-text.ts'
import type { Provider } from '../providers/provider.ts'
import { checkRegistration, type Registration } from '../registration.ts'
import { isOrigin, resourceOf } from '../resource/resource-origins.ts'
import { homeAt } from './home.ts'
import type { ProviderLine } from './json.ts'
import { presets } from './presets.ts'
import { providerFor, readProvider } from './provider-argument.ts'
import { sandboxOf } from './registration-options.ts'
import { rememberedIn } from './remembered.ts'
import type { Terminal } from './terminal.ts'

export interface ProvidersOptions {
  readonly vault?: string
}

/** Lists what PROVIDER may be: the presets, and those that were logged in to before. */
export async function listProviders({ vault }: ProvidersOptions, terminal: Terminal): Promise<void> {
  const known = (await rememberedIn(homeAt(vault).folder).all()).map(({ provider }) => provider)
  const isNew = ({ id }: Provider, index: number) =>
    !presets.some((preset) => preset.id === id) && known.findIndex((other) => other.id === id) === index
  const lines = [
    ...presets.map((one) => lineOf(one, 'preset')),
    ...known.filter(isNew).map((one) => lineOf(one, 'login')),
  ]
  const width = Math.max(...lines.map(({ id }) => id.length))
  for (const line of lines) {
    terminal.tell(line)
    const from = line.from === 'login' ? ', from a login' : ''
    terminal.print(`${line.id.padEnd(width)}  ${plain(line.name)}, ${line.grant.replaceAll('_', ' ')}${from}`)
  }
}

/** Prints the data of a provider as JSON that can be saved, changed and given to other commands. */
export async function showProvider(id: string, { vault }: ProvidersOptions, terminal: Terminal): Promise<void> {
  const provider = await providerFor(id, rememberedIn(homeAt(vault).folder).all)
  const isPreset = presets.includes(provider)
  terminal.tell({ ...lineOf(provider, isPreset ? 'preset' : 'login'), data: provider })
  terminal.print(JSON.stringify(provider, undefined, 2))
}

/** Says whether a file holds a provider; where not, which member is wrong. */
export async function checkProviderFile(path: string, terminal: Terminal): Promise<void> {
  const provider = await readProvider(path)
  for (const one of provider.sandbox ? [provider, sandboxOf(provider)] : [provider]) checkInUse(one)
  terminal.tell({ ...lineOf(provider, 'file'), data: provider })
  terminal.print(
    `${terminal.style('green', '✔')} ${plain(provider.name)} (${provider.id}), ${provider.grant.replaceAll('_', ' ')}`,
  )
}

/** What a client would complain of, whatever the registration. Throws `OAuthError`. */
function checkInUse(provider: Provider): void {
  const { name, clientAuthentication, grant, resource } = provider
  const registration: Registration = {
    clientId: 'any',
    ...(clientAuthentication !== 'none' && { clientSecret: 'any' }),
    ...(grant === 'authorization_code' && { redirectUri: 'http://127.0.0.1/callback' }),
  }
  resourceOf(checkRegistration(provider, registration, true), [], true)
  if (resource && !resource.origins.every(isOrigin))
    throw misconfigured(`${name}, resource.origins`, 'without a path: the token goes to all of an origin')
}

function lineOf({ id, name, grant }: Provider, from: ProviderLine['from']): ProviderLine {
  return { type: 'provider', id, name, grant, from }
}
