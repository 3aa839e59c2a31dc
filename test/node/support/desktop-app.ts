import { loopbackRedirect } from '../../../src/node/index.ts'

// A program that waits for one redirect and has nothing else to do: it ends by itself, or this was not tidied up.
const redirect = await loopbackRedirect(JSON.parse(process.argv[2] ?? '{}'))
process.send?.({ uri: redirect.uri })
process.channel?.unref()
try {
  const url = await redirect.answer((url) => url.open().includes('state=ours'))
  console.log(`answered ${url}`)
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? error.code : error)
}
