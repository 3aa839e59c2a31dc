import { describe, expect, it } from 'vitest'
import { auth0, loginUrl, poster, setup, tyroClient } from '../support/emulated.ts'

describe('the page where a person approves', () => {
  it('stands under a banner, loads nothing and shows the code of the link', async () => {
    const { emulator } = setup()
    const answer = await emulator.fetch(`${auth0}/activate?user_code=BCDF-GHJK`)
    const page = await answer.text()
    expect(page).toContain('<strong>Emulated.</strong> This is not Tyro Connect')
    expect(page).toContain('value="BCDF-GHJK"')
    expect(page).not.toMatch(/https?:|<script|<img|<link/)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).toContain(/'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1])
  })

  it('takes whatever is in its URL for text', async () => {
    const { emulator } = setup()
    const bad = '"><script>alert(1)</script>'
    const urls = [`${auth0}/activate?user_code=${encodeURIComponent(bad)}`, loginUrl({ client_id: bad })]
    for (const url of urls) {
      const page = await (await emulator.fetch(url)).text()
      expect(page).toContain('&lt;script&gt;')
      expect(page).not.toContain('<script')
    }
  })

  it.each([
    ['approve', 'Approved', 200],
    ['deny', 'Refused', 403],
  ])('passes on over a socket what the person presses: %s', async (decision, title, status) => {
    const { emulator } = setup()
    const origin = await emulator.listen()
    const post = poster(fetch)
    const till = tyroClient(post, `${origin}/tyro`)
    const {
      device_code = '',
      user_code = '',
      verification_uri = '',
      verification_uri_complete = '',
    } = await till.start()
    expect(verification_uri).toBe(`${origin}/tyro/activate`)
    expect(await (await fetch(verification_uri_complete)).text()).toContain(`value="${user_code}"`)
    const body = new URLSearchParams({ user_code, decision })
    const pressed = await fetch(verification_uri, { method: 'POST', body })
    expect(await pressed.text()).toContain(`<h1>${title}</h1>`)
    expect((await till.poll(device_code)).status).toBe(status)
  })

  it('says so when a code is unknown', async () => {
    const { emulator } = setup()
    const body = new URLSearchParams({ user_code: 'XXXX-XXXX', decision: 'approve' })
    const answer = await emulator.fetch(`${auth0}/activate`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('<p role="alert">This code is unknown, used or expired.</p>')
  })
})
