import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { deviceCode } from '../../src/index.ts'
import { type Seen, view, viewOf } from '../../src/view/index.ts'
import { knowing, token } from '../support/charts.ts'
import { german } from './german.ts'
import {
  authorizationUrl,
  codes,
  device,
  eachSight,
  faultsIn,
  NOW,
  redirect,
  seen,
  states,
  textsOf,
  wishes,
} from './sights.ts'

describe('a view', () => {
  it.each(states)('of $state of $machine is sound, whatever else is known and possible', (known) => {
    const faults = new Set<string>()
    let looked = 0
    eachSight(known, (sight) => {
      const possible = [undefined, ...wishes][looked++ % 6]
      for (const fault of faultsIn(view(sight, NOW))) faults.add(fault)
      const { buttons } = view({ ...sight, can: (event) => event === possible }, NOW)
      if (buttons.some(({ event }) => event !== possible)) faults.add('a button that is not possible')
    })
    expect([...faults]).toEqual([])
    expect(looked).toBeGreaterThan(2_000)
  })

  it('asks a host whose method needs it', () => {
    class Host implements Seen {
      readonly state = 'idle'
      readonly tags = []
      readonly #accepted = 'authorization.start'
      can(event: string): boolean {
        return event === this.#accepted
      }
    }
    expect(view(new Host(), NOW).buttons.map(({ label }) => label)).toEqual(['Connect'])
  })

  it('of a connection that was stopped says so, and nothing else', () => {
    expect(view(seen('awaitingUser', { tags: ['needsUser'], prompt: device, stopped: true }), NOW)).toEqual({
      title: 'Stopped',
      tone: 'neutral',
      waiting: { why: 'The program has stopped this connection.' },
      buttons: [],
    })
  })

  it.each([
    [['pending', 'needsUser', 'connected'], 'connected'],
    [['pending', 'needsUser'], 'needsUser'],
    [['pending'], 'pending'],
    [['a tag of the host'], 'neutral'],
  ])('with the tags %j has the tone %s', (tags, tone) => expect(view(seen('x', { tags }), NOW).tone).toBe(tone))
})

describe('a device login', () => {
  const sight = seen('awaitingUser', { machine: 'deviceCode', prompt: device, nextPollAt: NOW + 4_001 })

  it('tells what to do, where, with which code, and until when', () => {
    const { qr: _, buttons: __, ...shown } = view(sight, NOW)
    expect(shown).toEqual({
      title: 'Approve the connection',
      tone: 'neutral',
      instruction: 'Open login.example/activate on any phone or computer, type this code, and allow access.',
      userCode: { text: 'WDJB-MJHT', groups: ['WDJB-MJHT'], spelled: 'W D J B - M J H T' },
      link: { url: 'https://login.example/activate?user_code=WDJB-MJHT', label: 'Open login.example' },
      address: 'login.example/activate',
      qrLabel: 'Scan to open the page with the code filled in',
      secondsLeft: 900,
      waiting: {
        why: 'Nobody has allowed access yet. The provider is asked again shortly.',
        until: NOW + 4_001,
        secondsLeft: 5,
      },
    })
  })

  it.each([
    ['https://login.example', 'login.example'],
    ['HTTPS://LOGIN.example/', 'login.example'],
    ['https://login.example/go/', 'login.example/go/'],
    ['https://login.example/?a=b#c', 'login.example/?a=b#c'],
    ['https://login.example:8443/go', 'login.example:8443/go'],
    ['http://127.0.0.1:4012/tyro/activate', 'http://127.0.0.1:4012/tyro/activate'],
    ['https://login.example@elsewhere.example/go', 'elsewhere.example/go'],
    ['https://l\u00f6gin.example/\u202egpj', 'xn--lgin-5qa.example/%E2%80%AEgpj'],
  ])('at %s is typed as %s', (verificationUri, address) => {
    const shown = view({ ...sight, prompt: { ...device, verificationUri } }, NOW)
    expect(shown.address).toBe(address)
    expect(shown.instruction).toBe(`Open ${address} on any phone or computer, type this code, and allow access.`)
  })

  it('names the host that a click leads to, also where the whole link is at another one', () => {
    const verificationUriComplete = 'https://short.example/WDJB'
    const { link, address } = view({ ...sight, prompt: { ...device, verificationUriComplete } }, NOW)
    expect(link).toEqual({ url: verificationUriComplete, label: 'Open short.example' })
    expect(address).toBe('login.example/activate')
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', ' ', 'login.example/activate', 'https://'])(
    'hands out no link to %j',
    (url) => {
      const prompt = { ...device, verificationUri: url, verificationUriComplete: url }
      const { link, address, qr, instruction, userCode } = view({ ...sight, prompt }, NOW)
      expect({ link, address, qr }).toEqual({})
      expect(instruction).toBe('Type this code at the provider, and allow access.')
      expect(userCode?.text).toBe('WDJB-MJHT')
    },
  )

  it.each(['awaitingUser', 'polling', 'slowDown', 'recalling', 'backingOff'])('shows its code in %s', (state) => {
    expect(view({ ...sight, state, failure: { code: 'vault_unavailable' } }, NOW)).toMatchObject({
      title: 'Approve the connection',
      userCode: { text: 'WDJB-MJHT' },
    })
  })

  it.each(['exchangingCode', 'forgetting', 'revoking', 'authorized', 'expired', 'idle'])(
    'shows no code in %s',
    (state) => {
      const { userCode, link, qr, secondsLeft, title } = view({ ...sight, state }, NOW)
      expect({ userCode, link, qr, secondsLeft }).toEqual({})
      expect(view({ ...sight, state }, device.expiresAt).title).toBe(title)
    },
  )

  it.each([
    [NOW + 3_600_000, 3_600],
    [NOW + 3_600_001, undefined],
    [NOW + 40 * 365 * 86_400_000, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('that ends at %d counts what can be left: %s s', (expiresAt, seconds) => {
    for (const prompt of [
      { ...device, expiresAt },
      { ...redirect, expiresAt },
    ]) {
      const shown = view(seen('awaitingUser', { prompt }), NOW)
      expect('secondsLeft' in shown).toBe(seconds !== undefined)
      expect(shown.secondsLeft).toBe(seconds)
      expect(shown.link?.url).toContain('https://login.example/')
      if (prompt.kind === 'redirect') expect(shown.waiting?.secondsLeft).toBe(seconds)
    }
  })

  it('shows its code until the last millisecond, and not one more', () => {
    const at = (now: number) => view({ ...sight, state: 'polling' }, now)
    expect(at(device.expiresAt - 1)).toMatchObject({ secondsLeft: 1, userCode: { text: 'WDJB-MJHT' } })
    expect(at(device.expiresAt)).toEqual({
      title: 'Time is up',
      tone: 'neutral',
      waiting: { why: 'The last answer of the provider is awaited.' },
      buttons: at(NOW).buttons,
    })
  })

  it('without its prompt, as in the past, still tells that somebody is awaited', () => {
    expect(view({ ...sight, prompt: undefined }, NOW)).toMatchObject({
      title: 'Waiting for approval',
      instruction: 'Somebody has to log in at the provider and allow access.',
      waiting: { secondsLeft: 5 },
    })
  })
})

describe('a QR code', () => {
  const qrOf = (verificationUri: string, verificationUriComplete?: string) =>
    view(seen('awaitingUser', { prompt: { ...device, verificationUri, verificationUriComplete } }), NOW)
  const modules = (text: string) => encode(text, { boostEcc: true, border: 4 }).data
  const page = 'https://login.example/activate'
  const long = `${page}?user_code=${'W'.repeat(300)}`

  it.each([
    [page, `${page}?user_code=W`, `${page}?user_code=W`, 'Scan to open the page with the code filled in'],
    [page, undefined, page, 'Scan to open the page, then type the code'],
    [page, long, page, 'Scan to open the page, then type the code'],
  ])('for %s and %s is of %s', (plain, complete, text, label) => {
    const { qr, qrLabel } = qrOf(plain, complete)
    expect(qr).toEqual(modules(text))
    expect(qrLabel).toBe(label)
  })

  it('has four light modules around its dark corners', () => {
    const { qr = [] } = qrOf(page)
    const corner = qr.slice(0, 6).map((row) =>
      row
        .slice(0, 6)
        .map((dark) => (dark ? '#' : '.'))
        .join(''),
    )
    expect(corner).toEqual(['......', '......', '......', '......', '....##', '....#.'])
  })

  it('is not drawn where it would be too fine to scan', () => {
    expect(qrOf(long)).not.toHaveProperty('qr')
    expect(qrOf(long).link?.url).toBe(long)
  })

  it('is the same array as long as the link is, and does not pile up', () => {
    const first = qrOf(page).qr
    expect(qrOf(page).qr).toBe(first)
    for (let index = 0; index < 64; index++) qrOf(`${page}/${index}`)
    expect(qrOf(`${page}/63`).qr).toBe(qrOf(`${page}/63`).qr)
    expect(qrOf(page).qr).not.toBe(first)
    expect(qrOf(page).qr).toEqual(first)
  })
})

describe('a login by redirect', () => {
  const sight = seen('awaitingUser', { machine: 'authorizationCode', prompt: redirect })

  it('has a link, and neither a QR code nor an address, since its URL is for one browser only', () => {
    expect(view({ ...sight, can: () => false }, NOW)).toEqual({
      title: 'Log in to connect',
      tone: 'neutral',
      instruction: 'Open the login page, log in, and allow access. Your browser then brings you back here.',
      link: { url: authorizationUrl, label: 'Open the login page' },
      secondsLeft: 600,
      waiting: {
        why: 'The browser is expected back from the login page.',
        until: redirect.expiresAt,
        secondsLeft: 600,
      },
      buttons: [],
    })
  })

  it('needs no name of its chart', () => {
    expect(view({ ...sight, machine: undefined }, NOW)).toEqual(view(sight, NOW))
  })

  it('goes on while a callback that does not belong is told', () => {
    const shown = view({ ...sight, failure: { code: 'state_mismatch' } }, NOW)
    expect(shown.waiting?.why).toBe('The browser is expected back from the login page.')
    expect(shown.link?.url).toBe(authorizationUrl)
    expect(shown.failure).toEqual({
      code: 'state_mismatch',
      text: 'A login came back that does not belong to this one.',
      remedy: 'Go on in the browser where you began.',
    })
  })
})

describe('waiting', () => {
  const soon = { nextPollAt: NOW + 10_000, pollIntervalSeconds: 10 }
  const later = { retryAt: NOW + 30_000 }
  const down = { failure: { code: 'server_unavailable' } } as const

  it.each<[string, Partial<Seen>, why: string, seconds?: number]>([
    ['recalling', {}, 'The connection is being looked up.'],
    [
      'slowDown',
      soon,
      'The provider wants to be asked less often: no more often than every 10 seconds from now on.',
      10,
    ],
    ['slowDown', { nextPollAt: NOW }, 'The provider wants to be asked less often.', 0],
    ['awaitingUser', { ...soon, ...down }, 'Trying again automatically.', 10],
    // Nobody waits that long by themselves: a server wants it, or the clock was set back.
    [
      'awaitingUser',
      { nextPollAt: NOW + 60_000 },
      'Nobody has allowed access yet. The provider is asked again shortly.',
      60,
    ],
    [
      'awaitingUser',
      { nextPollAt: NOW + 60_001 },
      'Nobody has allowed access yet. The provider is asked again shortly.',
    ],
    ['awaitingUser', { ...down, nextPollAt: NOW + 3_602_000 }, 'Trying again automatically.'],
    ['slowDown', { nextPollAt: NOW + 60_001 }, 'The provider wants to be asked less often.'],
    [
      'slowDown',
      { nextPollAt: NOW + 92_000, pollIntervalSeconds: 90 },
      'The provider wants to be asked less often: no more often than every 90 seconds from now on.',
      92,
    ],
    ['backingOff', { retryAt: NOW + 3_600_000 }, 'Trying again automatically.', 3_600],
    ['backingOff', { retryAt: NOW + 3_600_001 }, 'Trying again automatically.'],
    ['backingOff', { retryAt: Number.NaN }, 'Trying again automatically.'],
    [
      'authorized',
      { token: { refreshAt: NOW + 40 * 365 * 86_400_000 } },
      'The connection is renewed automatically before it ends.',
    ],
    ['awaitingUser', { machine: 'authorizationCode' }, 'The browser is expected back from the login page.'],
    ['polling', soon, 'The provider is being asked whether access was allowed.'],
    ['backingOff', { ...later, ...down }, 'Trying again automatically.', 30],
    ['backingOff', later, 'Trying again automatically.', 30],
    ['refreshing', { ...later, ...down }, 'The connection is being renewed.'],
    ['authorized', { token: {} }, 'The provider has not said when the connection ends.'],
    ['idle', { machine: 'clientCredentials' }, 'It connects automatically when it is needed.'],
    ['failed', down, 'Nothing happens until somebody connects.'],
    [
      'authorized',
      { token: { refreshAt: NOW + 86_400_000, expiresAt: NOW + 86_500_000 } },
      'The connection is renewed automatically before it ends.',
      86_400,
    ],
    [
      'authorized',
      { token: { expiresAt: NOW + 60_000 } },
      'The connection cannot be renewed. When it ends, somebody must connect again.',
      60,
    ],
  ])('in %s, with %j, is explained', (state, known, why, seconds) => {
    const { waiting } = view(seen(state, known), NOW)
    expect(waiting?.why).toBe(why)
    expect(waiting?.secondsLeft).toBe(seconds)
    expect(waiting?.until).toBe(seconds === undefined ? undefined : NOW + seconds * 1000)
  })

  it('is not explained in a state that stands in no chart of this package', () => {
    expect(view(seen('brewing'), NOW)).not.toHaveProperty('waiting')
  })
})

describe('a snapshot', () => {
  const known = { ...token, expiresAt: NOW + 60_000, refreshAt: NOW + 30_000 }
  const waiting = (renewable: boolean) =>
    viewOf(deviceCode.resolveState({ value: 'authorized', context: knowing({ token: { ...known, renewable } }) }), NOW)
      .waiting?.secondsLeft

  it('has a token that is renewed in time, or else just ends', () => {
    expect([waiting(true), waiting(false)]).toEqual([30, 60])
  })

  it('is told in the language that is given', () => {
    const snapshot = deviceCode.resolveState({ value: 'idle', context: knowing() })
    expect(viewOf(snapshot, NOW, german)).toMatchObject({ title: 'Nicht verbunden', buttons: [{ label: 'Verbinden' }] })
  })
})

describe('the place', () => {
  const snapshot = deviceCode.resolveState({ value: 'idle', context: { ...knowing(), connection: 'till-3' } })

  it('is told where the provider is given, by the name of the connection or the one that merchants know', () => {
    expect(viewOf(snapshot, NOW, undefined, { provider: 'Tyro Connect' }).place).toBe('till-3 at Tyro Connect')
    const whose = { provider: 'Tyro Connect', name: 'Main Street, till 3' }
    expect(viewOf(snapshot, NOW, german, whose).place).toBe('Main Street, till 3 bei Tyro Connect')
    const stopped = view(seen('idle', { ...whose, stopped: true }), NOW)
    expect(stopped).toMatchObject({ title: 'Stopped', place: 'Main Street, till 3 at Tyro Connect' })
  })

  it('is left out where that is not known', () => {
    expect(viewOf(snapshot, NOW)).not.toHaveProperty('place')
    expect(view(seen('idle', { name: 'till-3' }), NOW)).not.toHaveProperty('place')
  })
})

describe('trouble', () => {
  const good = { expiresAt: NOW + 1 }
  const ended = { expiresAt: NOW }

  it.each<[string, Partial<Seen>, string]>([
    ['recalling', {}, 'One moment'],
    ['recalling', { token: good }, 'Connected'],
    ['recalling', { token: {}, failure: { code: 'network' } }, 'Connected for now'],
    ['backingOff', { token: good, failure: { code: 'network' } }, 'Connected for now'],
    ['backingOff', { token: ended, failure: { code: 'network' } }, 'Connection interrupted'],
    ['backingOff', { failure: { code: 'network' } }, 'Not connected yet'],
    ['backingOff', { failure: { code: 'vault_mismatch' } }, 'The connection cannot be read'],
    ['backingOff', { token: good, failure: { code: 'vault_unavailable' } }, 'Connected for now'],
    ['backingOff', { wantsRevoke: true, failure: { code: 'server_unavailable' } }, 'Disconnecting'],
    ['backingOff', { wantsRevoke: true, failure: { code: 'vault_unavailable' } }, 'Disconnecting'],
    ['recalling', { wantsRevoke: true }, 'Disconnecting'],
    ['forgetting', { wantsRevoke: true }, 'One moment'],
    ['expired', { failure: { code: 'grant_expired' } }, 'Time is up'],
    ['expired', { failure: { code: 'session_expired' } }, 'The connection has ended'],
    ['expired', {}, 'The connection has ended'],
  ])('in %s, with %j, has the title %s', (state, known, title) => {
    expect(view(seen(state, known), NOW).title).toBe(title)
  })

  it.each(['idle', 'expired', 'revoked', 'failed'])('in %s is told without another instruction', (state) => {
    expect(view(seen(state), NOW).instruction).toBe('To connect, you need your login at the provider.')
    expect(view(seen(state, { failure: { code: 'network' } }), NOW)).not.toHaveProperty('instruction')
  })

  it('that would pass by itself is for the merchant where nothing is tried again', () => {
    const failure = { code: 'server_unavailable', message: 'Tyro, code exchange: in trouble.' } as const
    const told = { text: 'The provider is in trouble.', code: 'server_unavailable', message: failure.message }
    expect(view(seen('backingOff', { failure }), NOW).failure).toEqual({
      ...told,
      remedy: 'You need not do anything.',
      who: 'nobody',
    })
    expect(view(seen('failed', { failure }), NOW).failure).toEqual({
      ...told,
      remedy: 'Try again in a few minutes.',
      who: 'merchant',
    })
  })

  it('that outlasts a login, as nobody asks before its end, is no comfort', () => {
    const failure = { code: 'server_unavailable' } as const
    const remedy = (nextPollAt: number) =>
      view(seen('awaitingUser', { prompt: device, failure, nextPollAt }), NOW).failure?.remedy
    expect(remedy(device.expiresAt)).toBe('Try again in a few minutes.')
    expect(remedy(device.expiresAt - 1)).toBe('You can go on: this login stays good.')
  })

  it.each([device, redirect])('that passes lets a login go on, whose $kind is shown', (prompt) => {
    const remedy = (code: (typeof codes)[number]) =>
      view(seen('awaitingUser', { prompt, failure: { code } }), NOW).failure?.remedy
    for (const code of ['server_unavailable', 'rate_limited', 'budget_exhausted'] as const)
      expect(remedy(code)).toBe('You can go on: this login stays good.')
    expect(remedy('network')).toBe('If this lasts, check the internet connection of this device.')
  })

  it.each(states)('in $state of $machine is told once, and so is all else', (known) => {
    const twice = new Set<string>()
    eachSight(known, (sight) => {
      const said = textsOf(view(sight, NOW)).flatMap(([, text]) =>
        text.split(/(?<=\.) /).filter((part) => part.endsWith('.')),
      )
      for (const [index, sentence] of said.entries()) if (said.indexOf(sentence) !== index) twice.add(sentence.trim())
    })
    expect([...twice]).toEqual([])
  })

  it.each(['newer_code', 'constructor', '__proto__', ''])(
    'with the code %j, of a newer server, is told all the same',
    (code) => {
      const sight: Seen = JSON.parse(
        JSON.stringify({ state: 'backingOff', tags: [], failure: { code, message: 'New.' } }),
      )
      expect(view({ ...sight, can: () => true }, NOW).failure).toEqual({
        text: 'Something did not work.',
        remedy: 'If this lasts, ask whoever looks after this device.',
        who: 'operator',
        code,
        message: 'New.',
      })
    },
  )

  it.each(codes)('%s ends no session where the token is renewed all the same', (code) => {
    const token = { expiresAt: NOW + 2, refreshAt: NOW + 1 }
    const { title, failure } = view(seen('authorized', { token, failure: { code } }), NOW)
    expect(title).toBe('Connected')
    expect(failure?.remedy).not.toBe('When it ends, connect again.')
  })

  it.each(['session_expired', 'outcome_unknown'] as const)('%s leaves a token that works until its end', (code) => {
    const sight = seen('authorized', { token: { expiresAt: NOW + 1 }, failure: { code } })
    expect(view(sight, NOW)).toMatchObject({
      title: 'Connected for now',
      failure: { remedy: 'When it ends, connect again.', who: 'merchant', code },
    })
    expect(view(sight, NOW).buttons.map(({ label }) => label)).not.toContain('Renew now')
  })

  it.each(codes)('%s of a revocation sends the merchant to the provider', (code) => {
    expect(view(seen('revoked', { failure: { code } }), NOW).failure).toEqual({
      text: 'The provider may still list this device.',
      remedy: 'End the connection in your account at the provider as well.',
      who: 'merchant',
      code,
    })
  })
})
